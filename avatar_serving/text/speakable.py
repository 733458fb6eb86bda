"""Written text to what is said: numbers, dates, money, units, addresses."""

import re

from avatar_serving.text.languages import Language
from avatar_serving.text.mandarin import read_mandarin

_URL = re.compile(r"\b(?:https?://|www\.)([^\s<>()（），。]+[^\s<>()（），。.,!?;:'\"])")
_EMAIL = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b")
_DOMAIN = re.compile(r"\b([A-Za-z][\w-]*)\.(com|org|net|io|ai|dev|edu|gov|app|cn)\b")
_NEGATIVE = re.compile(r"(?<![\w.)-])[-−](?=\d)")
_DOT = {"en": " dot ", "zh": "点"}


def speakable(text: str, language: Language) -> str:
    """How a person would read *text* aloud in *language*, in words of that language."""
    text = _URL.sub(_site, text)
    text = _EMAIL.sub(lambda m: f"{_dots(m[1], language)} at {_dots(m[2], language)}", text)
    text = _DOMAIN.sub(lambda m: m[1] + _DOT[language] + m[2], text)
    if language == "zh":
        return read_mandarin(text)
    from hibari.g2p.normalize import normalize

    return normalize(_NEGATIVE.sub("minus ", text))


def _site(match: re.Match[str]) -> str:
    """Of an address only the site is worth hearing."""
    return match[1].removeprefix("www.").split("/")[0].split("?")[0]


def _dots(name: str, language: Language) -> str:
    return name.replace(".", _DOT[language])
