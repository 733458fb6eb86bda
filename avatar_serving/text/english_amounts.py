"""How money, measures and shares are read in English."""

import re
from collections.abc import Callable, Iterable

from avatar_serving.text.english_numbers import cardinal, number, ordinal

N = r"(?:\d+(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)"
"""A number as it is written: 1,250.50"""
ALONE = r"(?<![\w.,])"
"""Not within a longer word or number."""
TO = r"\s?(?:-|–|—|~|to)\s?"

_BY_SIGN = {
    "US$": ("dollar", "cent"), "HK$": ("Hong Kong dollar", "cent"),
    "A$": ("Australian dollar", "cent"), "C$": ("Canadian dollar", "cent"),
    "$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "pence"), "¥": ("yuan", "fen"),
    "￥": ("yuan", "fen"), "₹": ("rupee", "paisa"), "₩": ("won", ""),
}  # fmt: skip
_BY_CODE = {
    "RMB": ("yuan", "fen"), "CNY": ("yuan", "fen"), "USD": ("dollar", "cent"),
    "EUR": ("euro", "cent"), "GBP": ("pound", "pence"), "HKD": ("Hong Kong dollar", "cent"),
    "JPY": ("yen", ""), "CHF": ("Swiss franc", "centime"), "CAD": ("Canadian dollar", "cent"),
    "AUD": ("Australian dollar", "cent"), "€": ("euro", "cent"),
}  # fmt: skip
_MONEY = {**_BY_SIGN, **_BY_CODE}
_UNCOUNTED = frozenset("yuan yen won pence fen hertz kilohertz megahertz gigahertz".split())
_SCALES = {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion",
           "b": "billion", "B": "billion", "T": "trillion"}  # fmt: skip
_UNITS = {
    "km/h": "kilometer per hour", "kph": "kilometer per hour", "mph": "mile per hour",
    "m/s": "meter per second", "km²": "square kilometer", "m²": "square meter",
    "m³": "cubic meter", "sq ft": "square foot", "km": "kilometer", "cm": "centimeter",
    "mm": "millimeter", "m": "meter", "mi": "mile", "ft": "foot", "yd": "yard", "kg": "kilogram",
    "mg": "milligram", "g": "gram", "lb": "pound", "lbs": "pound", "oz": "ounce",
    "ml": "milliliter", "mL": "milliliter", "L": "liter", "tsp": "teaspoon", "tbsp": "tablespoon",
    "°C": "degree Celsius", "° C": "degree Celsius", "℃": "degree Celsius",
    "°F": "degree Fahrenheit", "° F": "degree Fahrenheit", "℉": "degree Fahrenheit",
    "°": "degree", "KB": "kilobyte", "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte",
    "TB": "terabyte", "Mbps": "megabit per second", "Gbps": "gigabit per second", "Hz": "hertz",
    "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "kWh": "kilowatt hour",
    "kW": "kilowatt", "W": "watt", "V": "volt", "mAh": "milliamp hour", "fps": "frame per second",
    "ms": "millisecond", "hrs": "hour", "hr": "hour", "h": "hour", "mins": "minute",
    "min": "minute", "secs": "second", "sec": "second", "s": "second", "dB": "decibel",
    "kcal": "kilocalorie", "px": "pixel",
}  # fmt: skip
_VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅛": (1, 8)}
_IRREGULAR = {"foot": "feet", "inch": "inches", "paisa": "paise"}


def alternatives(names: Iterable[str]) -> str:
    """A regular expression for any of *names*, the longest first."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def counted(written: str, noun: str) -> str:
    """'1 mile', '2.5 miles', in words."""
    return f"{number(written)} {noun if written == '1' else _plural(noun)}"


def _plural(noun: str) -> str:
    """'miles per hour', 'degrees Celsius', 'square feet'."""
    if noun.startswith("degree "):
        return "degrees" + noun.removeprefix("degree")
    head, per, rest = noun.partition(" per ")
    first, space, last = head.rpartition(" ")
    plural = last if last in _UNCOUNTED else _IRREGULAR.get(last, last + "s")
    return first + space + plural + per + rest


def _money(match: re.Match[str]) -> str:
    unit, part = _MONEY[match["name"]]
    written, upto, scale = match["n"], match["upto"], match["scale"]
    if upto or scale:
        said = number(written) + (f" to {number(upto)}" if upto else "")
        return f"{said} {_SCALES.get(scale, scale) + ' ' if scale else ''}{_plural(unit)}"
    whole, _, cents = written.partition(".")
    if len(cents) != 2 or not part:
        return counted(written, unit)
    whole_said = counted(whole, unit) if whole.replace(",", "").strip("0") else ""
    cents_said = counted(str(int(cents)), part) if int(cents) else ""
    return " and ".join(filter(None, (whole_said, cents_said))) or counted("0", unit)


def _measure(match: re.Match[str]) -> str:
    noun = _UNITS[match["unit"]]
    if match["upto"]:
        return f"{number(match['n'])} to {counted(match['upto'], noun)}"
    return counted(match["n"], noun)


def _inches(match: re.Match[str]) -> str:
    return counted(match[1], "inch")


def _feet(match: re.Match[str]) -> str:
    feet = counted(match[1], "foot")
    return f"{feet} {counted(match[2], 'inch')}" if match[2] else feet


def _share(top: int, bottom: int) -> str:
    if bottom == 2:
        return "one half" if top == 1 else f"{cardinal(top)} halves"
    part = "quarter" if bottom == 4 else ordinal(bottom)
    return f"{cardinal(top)} {part}{'' if top == 1 else 's'}"


def _mixed(whole: str | None, share: str) -> str:
    return f"{number(whole)} and {share.replace('one ', 'a ', 1)}" if whole else share


def _vulgar(match: re.Match[str]) -> str:
    return _mixed(match["whole"], _share(*_VULGAR[match["share"]])) + _of(match)


def _of(match: re.Match[str]) -> str:
    """The unit of a share: 'one half teaspoon', 'one and a half teaspoons'."""
    if not match["unit"]:
        return ""
    noun = _UNITS[match["unit"]]
    return " " + (_plural(noun) if match["whole"] else noun)


def _slashed(match: re.Match[str]) -> str:
    top, bottom = int(match["top"]), int(match["bottom"])
    if (top, bottom) == (24, 7):
        return "twenty-four seven"
    if top == bottom == 50:
        return "fifty-fifty"
    if 0 < top < bottom <= 20 and bottom != 10 or (top < bottom == 100):
        return _mixed(match["whole"], _share(top, bottom)) + _of(match)
    before = f"{number(match['whole'])} " if match["whole"] else ""
    after = f" {match['unit']}" if match["unit"] else ""
    return f"{before}{cardinal(top)} out of {cardinal(bottom)}{after}"


def _scaled(match: re.Match[str]) -> str:
    resolution = match[1] in {"4", "8"} and match[2] == "K"
    return f"{number(match[1])} {'K' if resolution else _SCALES[match[2]]}"


_SCALE = r"(?:\s?(?P<scale>hundred|thousand|million|billion|trillion|bn|[kKmMbBT])(?!\w))?"
_MEASURE = rf"(?:\s?(?P<unit>{alternatives(_UNITS)})(?![\w'’]))?"
_SIZED = "tall|wide|long|deep|high|thick|screen|monitor|display|TV"
_SIGNED = rf"(?<![\w.])(?P<name>{alternatives(_MONEY)})\s?"

AMOUNT_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"{_SIGNED}(?P<n>{N})(?:{TO}\$?(?P<upto>{N}))?{_SCALE}"), _money),
    (
        re.compile(
            rf"{ALONE}(?P<n>{N})(?:{TO}(?P<upto>{N}))?{_SCALE}\s?"
            rf"(?P<name>{alternatives(_BY_CODE)})(?!\w)"
        ),
        _money,
    ),
    (re.compile(rf"{ALONE}(\d+)\s?¢"), lambda m: counted(m[1], "cent")),
    (
        re.compile(rf"{ALONE}({N})(?:\s?%)?{TO}({N})\s?%"),
        lambda m: f"{number(m[1])} to {number(m[2])} percent",
    ),
    (re.compile(rf"({N})\s?[%％]"), lambda m: f"{number(m[1])} percent"),
    (re.compile(rf"{ALONE}(\d)['′’](?:\s?(\d{{1,2}})(?:[\"″”]|''))?(?!\w)"), _feet),
    (re.compile(rf"{ALONE}(\d)\s?(?:ft|feet|foot) (\d{{1,2}})\s?in\b"), _feet),
    (re.compile(rf"{ALONE}({N})(?:\s?in|[\"″”])(?=\s(?:{_SIZED})\b)"), _inches),
    (re.compile(rf"{ALONE}(?P<whole>\d+)?\s?(?P<share>[{''.join(_VULGAR)}]){_MEASURE}"), _vulgar),
    (
        re.compile(
            r"(?<![\w./])(?:(?P<whole>\d+) )?(?P<top>\d{1,3})/(?P<bottom>\d{1,3})"
            rf"{_MEASURE}(?![\w/])"
        ),
        _slashed,
    ),
    (re.compile(rf"(?<![\w.,)\]])[-−](?={N})"), lambda _: "minus "),
    (
        re.compile(
            rf"{ALONE}(?P<n>{N})(?:{TO}(?P<upto>{N}))?\s?-?"
            rf"(?P<unit>{alternatives(_UNITS)})(?![\w'’])"
        ),
        _measure,
    ),
    (re.compile(rf"{ALONE}({N})\s?([kKMBT]|bn)(?!\w)"), _scaled),
)
