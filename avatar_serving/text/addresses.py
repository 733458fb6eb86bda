"""How addresses of sites, people and machines are read aloud."""

import re
from dataclasses import dataclass

from avatar_serving.text.languages import HAN

_URL = re.compile(
    rf"\b(?:https?://|www\.)([^\s<>()（），。、{HAN}]+[^\s<>()（），。、.,!?;:'\"{HAN}])"
)
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-]+)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", re.ASCII)
_DOMAIN = re.compile(
    r"(?<![\w.@-])((?:[A-Za-z0-9][A-Za-z0-9-]*\.)+)"
    r"(com|org|net|io|ai|dev|edu|gov|app|cn|hk|uk|de|fr|jp|info|shop|me|tv|co)(?![\w-]|\.\w)(?:/\S*\w)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What the signs in addresses are called."""

    dot: str
    at: str
    underscore: str
    dash: str
    plus: str


ENGLISH = Signs(" dot ", " at ", " underscore ", " dash ", " plus ")
MANDARIN = Signs("点", " at ", "下划线", "杠", "加")


def read_addresses(text: str, signs: Signs) -> str:
    """Of a page's address only the site is read; a mail address is read whole.

    Digits are left for the rules of the language.
    """

    def named(name: str) -> str:
        for sign, said in ((".", signs.dot), ("_", signs.underscore), ("-", signs.dash)):
            name = name.replace(sign, said)
        return name.replace("+", signs.plus)

    def site(match: re.Match[str]) -> str:
        host = re.split(r"[/?#]", match[1].removeprefix("www."))[0]
        return named(host.rpartition("@")[2].split(":")[0])

    text = _URL.sub(site, text)
    text = _EMAIL.sub(lambda m: f"{named(m[1])}{signs.at}{named(m[2])}", text)
    return _DOMAIN.sub(lambda m: named(m[1].removeprefix("www.") + m[2]), text)
