"""Which of the languages we speak a text is written in."""

import re
from typing import Literal

Language = Literal["en", "zh"]

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Character ranges of Chinese writing, for use inside a regular expression's brackets."""

_HAN = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")


def has_han(text: str) -> bool:
    """Whether any of it is in Chinese characters."""
    return _HAN.search(text) is not None


def language_of(text: str) -> Language:
    """Chinese when it holds at least as many Chinese characters as Latin words, else English."""
    han = len(_HAN.findall(text))
    return "zh" if han and han >= len(_LATIN_WORD.findall(text)) else "en"
