"""How numbers, dates, money and units are read in Mandarin."""

import re
from collections.abc import Callable

_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_UNITS = ["", "十", "百", "千"]
_GROUPS = ["", "万", "亿", "万亿"]
_LONGEST = 16
"""Longer runs of digits are read one by one."""
_MOBILE = 11
"""Digits of a mobile telephone's number."""

_MONEY = {
    "¥": "元", "￥": "元", "$": "美元", "US$": "美元", "€": "欧元", "£": "英镑", "HK$": "港元",
}  # fmt: skip
_MEASURES = {
    "km/h": "千米每小时", "m/s": "米每秒", "°C": "摄氏度", "℃": "摄氏度", "°F": "华氏度", "°": "度",
    "km": "公里", "cm": "厘米", "mm": "毫米", "m": "米", "kg": "公斤", "mg": "毫克", "g": "克",
    "ml": "毫升", "mL": "毫升", "L": "升", "GB": "吉字节", "MB": "兆字节", "kW": "千瓦", "W": "瓦",
    "Hz": "赫兹",
    "㎡": "平方米", "m²": "平方米", "km²": "平方公里",
}  # fmt: skip
_COUNTERS = "个只次天位件本张条杯种间家块斤公里米年小时分钟秒岁倍层辆台"

_N = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def _alternatives(names: dict[str, str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def read_mandarin(text: str) -> str:
    for pattern, reading in _RULES:
        text = pattern.sub(reading, text)
    return text


def read_number(number: str) -> str:
    """'1,250.5' as 一千二百五十点五."""
    whole, _, fraction = number.replace(",", "").partition(".")
    said = _read_whole(whole)
    return f"{said}点{read_digits(fraction)}" if fraction else said


def read_digits(digits: str) -> str:
    return digits.translate(_DIGITS)


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
    return said[1:] if said.startswith("一十") else said


def _read_group(group: str) -> str:
    said = ""
    value = group.lstrip("0")
    for i, digit in enumerate(value):
        if digit == "0":
            said += "零" if said and not said.endswith("零") else ""
        else:
            said += read_digits(digit) + _UNITS[len(value) - 1 - i]
    return said.rstrip("零")


def _date(m: re.Match[str]) -> str:
    return (
        f"{read_digits(m[1])}年{read_number(m[2].lstrip('0'))}月{read_number(m[3].lstrip('0'))}日"
    )


def _time(m: re.Match[str]) -> str:
    minute = int(m[2])
    said = f"{read_number(str(int(m[1])))}点"
    if minute:
        said += ("零" if minute < 10 else "") + read_number(str(minute)) + "分"
    return said + (f"{read_number(str(int(m[3])))}秒" if m[3] else "")


def _amount(number: str) -> str:
    return read_number(number.rstrip("0").rstrip(".") if "." in number else number)


def _long(m: re.Match[str]) -> str:
    """A long run of digits is a number only when it is round; else it is a telephone's or an id."""
    round_number = m[1].endswith("000") and len(m[1]) != _MOBILE
    return read_number(m[1]) if round_number else read_digits(m[1])


def _counted(m: re.Match[str]) -> str:
    return ("两" if m[1] == "2" else read_number(m[1])) + m[2]


_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(r"(\d{4})[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])(?!\d)"), _date),
    (re.compile(r"(\d{4})(?=年)"), lambda m: read_digits(m[1])),
    (re.compile(r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d))?(?!\d)"), _time),
    (re.compile(rf"({_N})\s?[%％]"), lambda m: "百分之" + read_number(m[1])),
    (
        re.compile(rf"({_alternatives(_MONEY)})\s?({_N})(万|亿)?"),
        lambda m: _amount(m[2]) + (m[3] or "") + _MONEY[m[1]],
    ),
    (
        re.compile(rf"({_N})\s?[-–~～—]\s?(?={_N})"),
        lambda m: read_number(m[1]) + "到",
    ),
    (re.compile(rf"(?<![A-Za-z0-9.)])[-−](?={_N})"), lambda m: "负"),
    (
        re.compile(rf"({_N})\s?({_alternatives(_MEASURES)})(?![A-Za-z])"),
        lambda m: ("两" if m[1] == "2" else read_number(m[1])) + _MEASURES[m[2]],
    ),
    (
        re.compile(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])"),
        lambda m: f"{read_number(m[2])}分之{read_number(m[1])}",
    ),
    (re.compile(r"(?<![\d.])(\d{7,})(?![\d.])"), _long),
    (re.compile(rf"(?<![\d.,第])({_N})([{_COUNTERS}])"), _counted),
    (re.compile(_N), lambda m: read_number(m[0])),
    (re.compile(r"\s?&\s?"), lambda m: "和"),
    (re.compile(r"(?<=[\u4e00-\u9fff])\s?\+\s?(?=[\u4e00-\u9fff])"), lambda m: "加"),
    (re.compile(r"\s?=\s?"), lambda m: "等于"),
]
"""In this order: what has a sign or a neighbour of its own first, bare numbers last."""
