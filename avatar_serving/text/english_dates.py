"""How dates and times of day are read in English."""

import re
from collections.abc import Callable

from avatar_serving.text.english_numbers import cardinal, ordinal, plural, year

MONTHS = (
    "January February March April May June July August September October November December"
).split()
_SHORT = {name[:3].lower(): name for name in MONTHS}
_MONTH = "|".join([*MONTHS, *(rf"{name[:3]}\b\.?" for name in MONTHS), r"Sept\b\.?"])
_DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_DAY = "|".join(sorted(_DAYS, key=len, reverse=True))
_YEAR = r"(?:1[1-9]|20)\d\d"
_ISO = rf"(?<![\w.-])({_YEAR})[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])(?![\w-])"
_SPAN = rf"(?<![\w.,$-])({_YEAR})\s?[-–]\s?({_YEAR}|\d\d)(?![\w-])"
_MERIDIEM = r"([AaPp])\.?\s?[Mm]\b\.?"
_CLOCK = r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?"


def _named(month: str) -> str:
    return _SHORT[month[:3].lower()]


def _valid(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _said(month: int, day: int, written_year: str | None) -> str:
    after = f", {year(int(written_year))}" if written_year else ""
    return f"{MONTHS[month - 1]} {ordinal(day)}{after}"


def _iso(match: re.Match[str]) -> str:
    month, day = int(match[2]), int(match[3])
    return _said(month, day, match[1]) if _valid(month, day) else match[0]


def _american(match: re.Match[str]) -> str:
    """Month first, unless that cannot be."""
    month, day, written = int(match[1]), int(match[2]), match[3]
    if not _valid(month, day):
        month, day = day, month
    if not _valid(month, day):
        return match[0]
    full = written if len(written) == 4 else ("19" if int(written) > 50 else "20") + written
    return _said(month, day, full)


def _month_day(match: re.Match[str]) -> str:
    month, day, upto, written = _named(match[1]), int(match[2]), match[3], match[4]
    if not 1 <= day <= 31:
        return match[0]
    said = f"{month} {ordinal(day)}" + (f" to {ordinal(int(upto))}" if upto else "")
    return said + (f", {year(int(written))}" if written else "")


def _day_month(match: re.Match[str]) -> str:
    day, month, written = int(match[1]), _named(match[2]), match[3]
    if not 1 <= day <= 31:
        return match[0]
    return f"the {ordinal(day)} of {month}" + (f", {year(int(written))}" if written else "")


def _month_year(match: re.Match[str]) -> str:
    return f"{_named(match[1])} {year(int(match[2]))}"


def _decade(match: re.Match[str]) -> str:
    said = year(int(match[1])) if len(match[1]) == 4 else cardinal(int(match[1]))
    head, space, last = said.rpartition(" ")
    return head + space + plural(last)


def _years(match: re.Match[str]) -> str:
    upto = match[2] if len(match[2]) == 4 else match[1][:2] + match[2]
    return f"{year(int(match[1]))} to {year(int(upto))}"


def _time(match: re.Match[str]) -> str:
    hour, minute, seconds, half = int(match[1]), int(match[2]), match[3], match[4]
    said = cardinal(hour)
    if minute:
        said += f" oh {cardinal(minute)}" if minute < 10 else f" {cardinal(minute)}"
    elif not half:
        said += " hundred" if hour > 12 else _o_clock(match)
    if seconds:
        said += f" and {cardinal(int(seconds))} second{'' if int(seconds) == 1 else 's'}"
    return said + (_half_of_day(match, half) if half else "")


def _o_clock(match: re.Match[str]) -> str:
    return (
        ""
        if match.string[match.end() :].lstrip().startswith(("o'clock", "o’clock"))
        else " o'clock"
    )


def _hour(match: re.Match[str]) -> str:
    upto = f" to {cardinal(int(match[2]))}" if match[2] else ""
    return f"{cardinal(int(match[1]))}{upto}{_half_of_day(match, match[3])}"


def _half_of_day(match: re.Match[str], half: str) -> str:
    """'A.M.', without a second full stop where the sentence has its own."""
    rest = match.string[match.end() :]
    return f" {half.upper()}.M" + ("" if rest.startswith(".") else ".")


DATE_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(_ISO), _iso),
    (re.compile(r"(?<![\w./])(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})(?![\w/]|\.\d)"), _american),
    (
        re.compile(
            rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?:\s?[-–]\s?(\d{{1,2}})(?:st|nd|rd|th)?)?"
            rf"(?![\w:%])(?:,? ({_YEAR})\b)?"
        ),
        _month_day,
    ),
    (
        re.compile(
            rf"(?<![\w.:])(?:the )?(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH})(?!\w)"
            rf"(?:,? ({_YEAR})\b)?"
        ),
        _day_month,
    ),
    (re.compile(rf"\b({_MONTH}),? ({_YEAR})\b"), _month_year),
    (re.compile(r"(?<![\w.,$])((?:1[1-9]|20)\d0)['’]?s\b"), _decade),
    (re.compile(r"(?<!\w)['’](\d0)['’]?s\b"), _decade),
    (re.compile(r"(?<![\w.,])([2-9]0)s\b"), _decade),
    (re.compile(_SPAN), _years),
    (re.compile(rf"(?<![\w:.]){_CLOCK}(?:\s?{_MERIDIEM})?(?![\w:])"), _time),
    (re.compile(rf"(?<![\w:.])(\d{{1,2}})(?:\s?[-–]\s?(\d{{1,2}}))?\s?{_MERIDIEM}(?!\w)"), _hour),
    (re.compile(r"(?<=[AP]\.M\.)\s?[-–]\s?(?=\w)|(?<=o'clock)\s?[-–]\s?(?=\w)"), lambda _: " to "),
    (
        re.compile(rf"\b({_DAY})\.?\s?[-–]\s?({_DAY})\b\.?"),
        lambda m: f"{_DAYS[m[1]]} to {_DAYS[m[2]]}",
    ),
)
"""Those with more parts first."""
