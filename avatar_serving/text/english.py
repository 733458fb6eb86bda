"""How numbers, dates, money, units and signs are read in English."""

import re
from collections.abc import Callable

from avatar_serving.text.english_amounts import ALONE, AMOUNT_RULES, N
from avatar_serving.text.english_dates import DATE_RULES
from avatar_serving.text.english_numbers import cardinal, digits, number, ordinal, year

_SIGNS = {
    "+": "plus", "=": "equals", "×": "times", "÷": "divided by", "<": "is less than",
    ">": "is greater than", "≤": "is at most", "≥": "is at least", "≈": "is about",
}  # fmt: skip
_VERBS = frozenset("is was has does says 's".split())
"""Words in s that do not make the number before them a count."""
_LONG = 7
"""From so many digits on, a number that is not round is somebody's telephone or an id."""


_AREA_CODE = r"(?<![\w.])(?:\+\d{1,3}[ -]?)?\(\d{2,4}\) ?\d{3,4}[ -]\d{3,4}(?!\w)"
_NAMED = (
    r"\b((?:[Rr]oom|[Ff]light|[Hh]ighway|[Rr]oute|[Bb]us|[Gg]ate|[Ss]uite|[Ee]rror|Boeing|RTX) )"
    r"(\d{3,4})(?!\w)"
)
_CODE = r"(?<![\w.,-])(?:[A-Za-z]+-?\d|\d+-?[A-Za-z])[A-Za-z\d]*(?:-[A-Za-z\d]+)*(?!\w)"
_FOUR_DIGITS = r"(?<![\w.,$])(1[1-9]\d\d|20\d\d)(?!\w|[,.]\d)(?=(?:\s([a-z]+)\b)?)"


def read_english(text: str) -> str:
    """*text* in words; nothing in it is a digit or a sign of its own."""
    from hibari.g2p.normalize import normalize

    for pattern, reading in _RULES:
        text = pattern.sub(reading, text)
    # Titles, other abbreviations and Roman numerals; the last leave numbers behind.
    return re.sub(N, lambda m: number(m[0]), normalize(text))


def _telephone(match: re.Match[str]) -> str:
    plus = "plus " if match[0].startswith("+") else ""
    return plus + ", ".join(digits(group) for group in re.findall(r"\d+", match[0]))


def _version(match: re.Match[str]) -> str:
    parts = match[2].split(".")
    if len(parts) == 4:
        return match[1] + " dot ".join(digits(part) for part in parts)
    name = "version " if match[1] == "v" else match[1]
    return name + " point ".join(cardinal(int(part)) for part in parts)


def _code(match: re.Match[str]) -> str:
    """Letters and digits in one word: 'B12' as 'B twelve', 'UA1234' digit by digit."""
    parts = re.findall(r"\d+|[^\d]+", match[0])
    said = [_code_number(part) if part.isdigit() else part.strip("-") for part in parts]
    return " ".join(said)


def _code_number(part: str) -> str:
    return number(part) if len(part) <= 2 else digits(part)


def _named_number(match: re.Match[str]) -> str:
    """Of rooms, roads and models: 'four oh four', 'seven forty-seven', 'forty ninety'."""
    run = match[2]
    head, tail = run[:-2], run[-2:]
    if tail == "00" or head.startswith("0"):
        return match[1] + number(run)
    said = f"oh {digits(tail[1])}" if tail[0] == "0" else cardinal(int(tail))
    return f"{match[1]}{cardinal(int(head))} {said}"


def _year_or_count(match: re.Match[str]) -> str:
    """'in 1999', but 'two thousand people' and '1500 steps'."""
    value, following = int(match[1]), match[2] or ""
    counts = following.endswith(("s", "people")) and following not in _VERBS
    round_number = value % 1000 == 0
    return number(match[1]) if counts or round_number else year(value)


def _plain_number(match: re.Match[str]) -> str:
    written = match[0]
    bare = written.isdigit() and not written.endswith("000")
    said = digits(written) if bare and len(written) >= _LONG else number(written)
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return f"{' ' if before.isalpha() else ''}{said}{' ' if after.isalpha() else ''}"


def _sentence_end(match: re.Match[str]) -> str:
    """The full stop of an abbreviation that also ends the text."""
    return "" if match.string[match.end() :].strip() else "."


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(_AREA_CODE), _telephone),
    (re.compile(r"(?<![\w.])\+\d{1,3}(?:[ -]\d{2,5}){2,5}(?!\w)"), _telephone),
    (re.compile(r"(?<![\w.-])(?:1-)?\d{3}[-. ]\d{3}[-. ]\d{4}(?![\w-])"), _telephone),
    (re.compile(r"(?<![\w.-])\d{3}-\d{4}(?![\w-])"), _telephone),
    (re.compile(r"(?<=[Cc]all |[Dd]ial )\d{3}(?!\w)"), _telephone),
    *DATE_RULES,
    (re.compile(r"(?<![\w.-])\d+(?:-\d+){2,}(?![\w-])"), _telephone),
    (re.compile(_NAMED), _named_number),
    (re.compile(r"\b([A-Z])\.(\d{3})(?!\w)"), lambda m: f"{m[1]} {digits(m[2])}"),
    (re.compile(r"(?<!\w)(v|[Vv]ersion |Python |Node )(\d+(?:\.\d+)+)(?!\w)"), _version),
    (re.compile(r"(?<![\w.])()(\d+(?:\.\d+){2,})(?!\w)"), _version),
    *AMOUNT_RULES,
    (
        re.compile(rf"{ALONE}(\d{{1,3}}(?:,\d{{3}})*|\d+)(?:st|nd|rd|th)\b"),
        lambda m: ordinal(int(m[1].replace(",", ""))),
    ),
    (re.compile(r"\b[Nn]os?\.\s?(?=\d)|(?<![\w&])#(?=\d)"), lambda m: "number "),
    (re.compile(r"(?<=\d)\s?[-−–]\s?(?=\d+\s?=)"), lambda _: " minus "),
    (re.compile(rf"{ALONE}({N})\s?[-–—~]\s?(?={N}(?![\w-]))"), lambda m: f"{number(m[1])} to "),
    (
        re.compile(r"(?<![\w.:])(\d{1,3}):(\d{1,3})(?![\w:])"),
        lambda m: f"{cardinal(int(m[1]))} to {cardinal(int(m[2]))}",
    ),
    (re.compile(r"(?<=\d)\s?[x*]\s?(?=\d)"), lambda _: " times "),
    (re.compile(r"(?<=\d)x\b"), lambda _: " times"),
    (re.compile(r"(?<=[\w)])\s?\^\s?(?=[\w(])"), lambda _: " to the power of "),
    (re.compile(r"(?<=\w)²"), lambda _: " squared"),
    (re.compile(r"(?<=\w)³"), lambda _: " cubed"),
    (re.compile(r"±\s?"), lambda _: "plus or minus "),
    (re.compile(r"\b([CF])#(?!\w)"), lambda m: f"{m[1]} sharp"),
    (re.compile(r"\bC\+\+"), lambda _: "C plus plus"),
    (re.compile(rf"\s?([{''.join(_SIGNS)}])\s?(?=[\w(])"), lambda m: f" {_SIGNS[m[1]]} "),
    (re.compile(r"(?<=\w)\+(?!\w)"), lambda _: " plus"),
    (re.compile(r"(?<=\w)\s?&\s?(?=\w)"), lambda _: " and "),
    (re.compile(r"(?<!\w)@\s?(?=\w)"), lambda _: "at "),
    (re.compile(r"\be\.g\.,?"), lambda _: "for example"),
    (re.compile(r"\bi\.e\.,?"), lambda _: "that is"),
    (re.compile(r"\betc\."), lambda m: "et cetera" + _sentence_end(m)),
    (re.compile(r"(?<!\w)w/o\b"), lambda _: "without"),
    (re.compile(r"(?<!\w)w/(?=\s)"), lambda _: "with"),
    (re.compile(_CODE), _code),
    (re.compile(_FOUR_DIGITS), _year_or_count),
    (re.compile(N), _plain_number),
)
"""In this order: what has a sign or a neighbour of its own first, bare numbers last."""
