"""English words for numbers."""

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ["", " thousand", " million", " billion", " trillion", " quadrillion"]
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_LONGEST = 18
"""Longer runs of digits are read one by one."""


def digits(run: str) -> str:
    """'404' as 'four zero four'."""
    return " ".join(_ONES[int(c)] for c in run)


def cardinal(value: int) -> str:
    """As Americans count: 'one hundred five'."""
    if value < 1000:
        return _below_1000(value)
    parts: list[str] = []
    for scale in _SCALES:
        value, group = divmod(value, 1000)
        if group:
            parts.append(_below_1000(group) + scale)
    return " ".join(reversed(parts))


def number(written: str) -> str:
    """'1,250.50' as 'one thousand two hundred fifty point five zero'; '007' digit by digit."""
    whole, _, fraction = written.replace(",", "").partition(".")
    if len(whole) > _LONGEST or (len(whole) > 1 and whole[0] == "0"):
        said = digits(whole)
    else:
        said = cardinal(int(whole or 0))
    return f"{said} point {digits(fraction)}" if fraction else said


def ordinal(value: int) -> str:
    """In words: 21 is "twenty-first"."""
    head, space, last = cardinal(value).rpartition(" ")
    first, hyphen, last = last.rpartition("-")
    return head + space + first + hyphen + _ordinal_word(last)


def year(value: int) -> str:
    """1100 to 2099, the way years are said."""
    high, low = divmod(value, 100)
    if 2000 <= value < 2010:
        return cardinal(value)
    if low == 0:
        return f"{cardinal(high)} hundred"
    return f"{cardinal(high)} {'oh ' if low < 10 else ''}{cardinal(low)}"


def plural(word: str) -> str:
    """Of a number's last word: 'nineties', 'thirds', 'thousands'."""
    return word[:-1] + "ies" if word.endswith("y") else word + ("es" if word == "six" else "s")


def _below_1000(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    said = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        said.append(_TENS[tens] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest or not said:
        said.append(_ONES[rest])
    return " ".join(said)


def _ordinal_word(word: str) -> str:
    if word in _ORDINALS:
        return _ORDINALS[word]
    return word[:-1] + "ieth" if word.endswith("y") else word + "th"
