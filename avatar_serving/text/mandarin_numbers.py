"""Mandarin words for numbers."""

_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_UNITS = ["", "十", "百", "千"]
_GROUPS = ["", "万", "亿", "万亿"]
_PAIRS = frozenset({"二百", "二千", "二万", "二亿"})
"""Where a leading two is 两."""
_LONGEST = 16
"""Longer runs of digits are read one by one."""


def read_number(number: str) -> str:
    """'1,250.5' as 一千二百五十点五."""
    whole, _, fraction = number.replace(",", "").partition(".")
    said = _read_whole(whole)
    return f"{said}点{read_digits(fraction)}" if fraction else said


def read_digits(digits: str) -> str:
    """Digit by digit, as years and telephone numbers are."""
    return digits.translate(_DIGITS)


def read_telephone(digits: str) -> str:
    """Of telephones, where one is 幺 so that it is not taken for seven."""
    return read_digits(digits).replace("一", "幺")


def _read_whole(digits: str) -> str:
    if len(digits) > _LONGEST or (len(digits) > 1 and digits[0] == "0"):
        return read_digits(digits)
    if int(digits) == 0:
        return "零"
    groups = [digits[max(0, end - 4) : end] for end in range(len(digits), 0, -4)][::-1]
    said = ""
    for i, group in enumerate(groups):
        if int(group) == 0:
            continue
        gap = bool(said) and (group[0] == "0" or int(groups[i - 1]) == 0)
        said += ("零" if gap else "") + _read_group(group) + _GROUPS[len(groups) - 1 - i]
    said = said.removeprefix("一") if said.startswith("一十") else said
    return "两" + said[1:] if said[:2] in _PAIRS else said


def _read_group(group: str) -> str:
    said = ""
    value = group.lstrip("0")
    for i, digit in enumerate(value):
        if digit == "0":
            said += "零" if said and not said.endswith("零") else ""
        else:
            said += read_digits(digit) + _UNITS[len(value) - 1 - i]
    return said.rstrip("零")
