"""One thing known of a user, and what must never become one."""

import re
import unicodedata
from dataclasses import dataclass

from avatar_serving.errors import InvalidRequest

LONGEST_CHARS = 160
"""Of the text of a fact."""
LONGEST_SLOT_CHARS = 80

_ORDERS = re.compile(
    r"ignore\b|disregard|instruction|system prompt|\bprompts?\b|\bassistant\b|pretend|jailbreak|"
    r"you (?:are|must|should|will)\b|from now on|developer mode|https?:|www\.|<\|?|\|>|\[/?inst|"
    r"忽略|无视|指令|系统提示|提示词|你必须|你要|从现在起|假装|扮演",
    re.IGNORECASE,
)
"""What reads like an order to a language model is no fact about a person."""
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Fact:
    slot: str
    """What it is about: a newer fact of the same slot takes the place of the older one."""
    text: str
    """One sentence in the third person, in the language it was said in."""


def plain(text: str) -> str:
    """One line without control characters, quotes or braces: nothing that could end a quotation."""
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return _SPACES.sub(" ", re.sub(r'["“”{}<>`\\]', "", visible)).strip()


def is_order(text: str) -> bool:
    """Whether it tries to tell a language model what to do."""
    return _ORDERS.search(unicodedata.normalize("NFKC", text)) is not None


def checked(text: str) -> str:
    """A fact that a user writes, as it may be kept.

    Raises:
        InvalidRequest: empty, too long, or an order rather than a fact.
    """
    kept = plain(text)
    if not kept or len(kept) > LONGEST_CHARS:
        raise InvalidRequest(f"text: 1 to {LONGEST_CHARS} characters", "text")
    if is_order(kept):
        raise InvalidRequest("text: a fact about a person, not an instruction", "text")
    return kept
