"""Names that an avatar cannot have.

A short list against the grossest cases, matched as whole words after undoing common disguises. It
is no moderation: whoever runs a public service puts a real one in front.
"""

import re
import unicodedata

from avatar_serving.errors import InvalidRequest

MAX_CHARS = 80

BLOCKED = frozenset(
    "asshole bastard bitch cock cunt dick faggot fuck fucker fucking motherfucker nazi nigger "
    "porn pussy rapist shit slut whore".split()
)

_UNSEEN = ("Cc", "Cf", "Co", "Cs")
_JOINERS = "\u200c\u200d"
"""Invisible, but Persian names and emoji need them."""

_DISGUISES = str.maketrans("013457@$!", "oieastasi")


def check_name(name: str) -> str:
    """The name as it should be kept. Raises InvalidRequest if it cannot be used."""
    clean = " ".join(unicodedata.normalize("NFKC", name).split())
    if not clean:
        raise InvalidRequest("a name is needed", "name")
    if len(clean) > MAX_CHARS:
        raise InvalidRequest(f"the name has {len(clean)} characters, over {MAX_CHARS}", "name")
    if any(unicodedata.category(char) in _UNSEEN for char in clean if char not in _JOINERS):
        raise InvalidRequest("the name has characters that cannot be shown", "name")
    if is_profane(clean):
        raise InvalidRequest("please choose another name", "name")
    return clean


def is_profane(text: str) -> bool:
    """Whether a word of *text* is on the list."""
    bare = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return not BLOCKED.isdisjoint(re.findall(r"[a-z]+", bare.translate(_DISGUISES)))
