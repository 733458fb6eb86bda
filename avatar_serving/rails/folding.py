"""One spelling for many: what was written to slip past a pattern, and what was hidden in a code."""

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator

_INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)
_LOOKALIKES = str.maketrans("аеорсухіѕԁոΑΒΕΗΙΚΜΝΟΡΤΧ", "aeopcyxisdnABEHIKMNOPTX")
_LEET = (str.maketrans("013457@$", "oieastas"), str.maketrans("013457@$", "oleastas"))
_LEET_WORD = re.compile(r"(?<!\w)(?=[\w@$]*[a-z])(?=[\w@$]*[013457@$])[a-z013457@$]{4,}(?!\w)")
_SPACED = re.compile(r"\b(?:\w[ .\-_*]){2,}\w\b")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"\b(?:[0-9a-fA-F]{2}[ :]?){10,}\b")
_MOST_CHARS = 20_000
_MOST_CODES = 20


def fold(text: str) -> str:
    """Lower case, one width, one blank between words; invisible and look-alike letters undone."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:_MOST_CHARS]))
    plain = plain.translate(_LOOKALIKES).casefold()
    plain = plain.replace("’", "'").replace("`", "'")
    return re.sub(r"\s+", " ", plain).strip()


def readings(text: str) -> Iterator[str]:
    """*text* folded, and every other way to read it: digits as letters, l e t t e r s set apart,
    backwards, rot13, and what base64 or hexadecimal in it says."""
    plain = fold(text)
    yield plain
    if _LEET_WORD.search(plain):
        yield from (_spelt(plain, digits) for digits in _LEET)
    if _SPACED.search(text):
        yield fold(_SPACED.sub(lambda m: re.sub(r"[ .\-_*]", "", m[0]), text[:_MOST_CHARS]))
    yield plain[::-1]
    yield codecs.encode(plain, "rot13")
    for hidden in _decoded(text[:_MOST_CHARS]):
        yield fold(hidden)


def _spelt(text: str, digits: dict[int, int]) -> str:
    return _LEET_WORD.sub(lambda word: word[0].translate(digits), text)


def _decoded(text: str) -> Iterator[str]:
    codes = [(m[0], _from_base64) for m in _BASE64.finditer(text)]
    codes += [(m[0], _from_hex) for m in _HEX.finditer(text)]
    for code, decode in codes[:_MOST_CODES]:
        try:
            hidden = decode(code).decode("utf-8")
        except (ValueError, binascii.Error):
            continue
        if hidden.isprintable():
            yield hidden


def _from_base64(code: str) -> bytes:
    bare = code.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(bare + "=" * (-len(bare) % 4))


def _from_hex(code: str) -> bytes:
    return bytes.fromhex(re.sub(r"[ :]", "", code))
