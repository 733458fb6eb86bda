"""Which of the languages we speak a text is written in."""

import re
from typing import Literal

Language = Literal["en", "zh"]

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Character ranges of Chinese writing, for use inside a regular expression's brackets."""

_HAN = re.compile(f"[{HAN}]")
_PIECES = re.compile(f"[{HAN}]+|[^{HAN}]+")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")


def has_han(text: str) -> bool:
    """Whether any of it is in Chinese characters."""
    return _HAN.search(text) is not None


def runs(text: str) -> list[tuple[Language, str]]:
    """*text* in stretches of one language; signs, digits and spaces belong to the one before."""
    found: list[tuple[Language, str]] = []
    for piece in _PIECES.findall(text):
        language: Language | None = (
            "zh" if has_han(piece) else "en" if _LATIN_WORD.search(piece) else None
        )
        if found and language in (None, found[-1][0]):
            found[-1] = (found[-1][0], found[-1][1] + piece)
        elif language or not found:
            found.append((language or "en", piece))
    if len(found) > 1 and not _LATIN_WORD.search(found[0][1]) and not has_han(found[0][1]):
        found[:2] = [(found[1][0], found[0][1] + found[1][1])]
    return found


def language_of(text: str) -> Language:
    """Chinese when it holds at least as many Chinese characters as Latin words, else English."""
    han = len(_HAN.findall(text))
    return "zh" if han and han >= len(_LATIN_WORD.findall(text)) else "en"
