"""How numbers, dates, money, units and signs are read in Mandarin, in either script."""

import re
from collections.abc import Callable, Iterable

from avatar_serving.text.languages import HAN
from avatar_serving.text.mandarin_numbers import read_digits, read_number, read_telephone

_MONEY = {
    "¥": "元", "￥": "元", "RMB": "元", "CNY": "元", "$": "美元", "US$": "美元", "USD": "美元",
    "€": "欧元", "EUR": "欧元", "£": "英镑", "GBP": "英镑", "HK$": "港元", "HKD": "港元",
    "NT$": "新台币", "JPY": "日元",
}  # fmt: skip
_MEASURES = {
    "km/h": "公里每小时", "m/s": "米每秒", "°C": "摄氏度", "℃": "摄氏度", "°F": "华氏度",
    "℉": "华氏度", "°": "度", "km²": "平方公里", "m²": "平方米", "㎡": "平方米", "m³": "立方米",
    "km": "公里", "cm": "厘米", "mm": "毫米", "m": "米", "kg": "公斤", "mg": "毫克", "g": "克",
    "ml": "毫升", "mL": "毫升", "L": "升", "TB": "太字节", "GB": "吉字节", "MB": "兆字节",
    "KB": "千字节", "kW": "千瓦", "kWh": "度电", "W": "瓦", "Hz": "赫兹", "kHz": "千赫",
    "MHz": "兆赫", "GHz": "吉赫兹", "h": "小时", "min": "分钟", "s": "秒", "fps": "帧每秒",
}  # fmt: skip
_COUNTERS = (
    "个只次天位件本张条杯种间家块斤公里米年小时分钟点秒岁倍层辆台度元"
    "個隻張條種間塊時鐘點歲層輛臺份双雙把瓶碗首部支枝句座场場周週月蚊"
)
"""A two before one of these is 两."""
_BARE = "月号號日楼樓层層"
"""Before these a two stays 二: they are names of days and floors."""
_PHONES = "电话|電話|拨打|撥打|致电|致電|手机|手機|号码|號碼|热线|熱線"
"""Words before a telephone's number; all of two characters."""
_SIGNS = {
    "×": "乘", "÷": "除以", "=": "等于", "＝": "等于", ">": "大于", "＞": "大于", "<": "小于",
    "＜": "小于", "≥": "大于等于", "≤": "小于等于", "≈": "约等于",
}  # fmt: skip

_N = r"(?:\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_CLOCK = r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d))?(?!\d)"
_TO = r"\s?(?:[-–—－~～]|至|到)\s?"


def read_mandarin(text: str) -> str:
    """*text* without digits and without signs that have a reading."""
    for pattern, reading in _RULES:
        text = pattern.sub(reading, text)
    return text


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _date(m: re.Match[str]) -> str:
    month, day = read_number(str(int(m[2]))), read_number(str(int(m[3])))
    return f"{read_digits(m[1])}年{month}月{day}日"


def _clock(hour: str, minute: str, second: str | None) -> str:
    said = "两点" if int(hour) == 2 else f"{read_number(str(int(hour)))}点"
    if int(minute):
        said += ("零" if int(minute) < 10 else "") + read_number(str(int(minute))) + "分"
    return said + (f"{read_number(str(int(second)))}秒" if second else "")


def _amount(number: str) -> str:
    return read_number(number.rstrip("0").rstrip(".") if "." in number else number)


def _money(m: re.Match[str]) -> str:
    upto = f"到{_amount(m['upto'])}" if m["upto"] else ""
    return f"{_of(_amount(m['n']))}{upto}{m['scale'] or ''}{_MONEY[m['name']]}"


def _of(said: str) -> str:
    """A number before what it counts."""
    return "两" if said == "二" else said


def _measured(m: re.Match[str]) -> str:
    upto = f"到{read_number(m['upto'])}" if m["upto"] else ""
    return f"{_of(read_number(m['n']))}{upto}{_MEASURES[m['unit']]}"


def _share(m: re.Match[str]) -> str:
    upto = f"到百分之{read_number(m[2])}" if m[2] else ""
    return f"百分之{read_number(m[1])}{upto}"


def _telephone(m: re.Match[str]) -> str:
    plus = "加" if m[0].startswith("+") else ""
    said = "，".join(read_telephone(part) for part in re.findall(r"\d+", m[0]))
    return m[0].rstrip("0123456789+- ") + plus + said


def _long(m: re.Match[str]) -> str:
    """A long run of digits is a number only when it is round; else it is an id."""
    return read_number(m[1]) if m[1].endswith("000") else read_digits(m[1])


def _code(m: re.Match[str]) -> str:
    """'GPT-4', 'CA1234': letters and a number in one word."""
    return m[1] + (read_number(m[2]) if len(m[2]) <= 2 else read_digits(m[2]))


def _parts(parts: list[str]) -> list[str]:
    """Of a version; the four of a machine's address are read digit by digit."""
    return [read_digits(part) if len(parts) == 4 else read_number(part) for part in parts]


def _years(m: re.Match[str]) -> str:
    return f"{read_digits(m[1])}到{read_digits(m[2])}"


_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (re.compile(r"(\d{4})[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])(?!\d)"), _date),
    (re.compile(rf"(?<=日|号|號){_TO}(?=\d+月)"), lambda _: "到"),
    (re.compile(rf"((?:19|20)\d\d){_TO}((?:19|20)\d\d)(?=年)"), _years),
    (re.compile(r"(\d{4})(?=年)"), lambda m: read_digits(m[1])),
    (re.compile(r"(?<!\d)(\d0)(?=年代)"), lambda m: read_number(m[1])),
    (re.compile(rf"(?<=[:：]\d\d){_TO}(?=\d?\d[:：])"), lambda _: "到"),
    (re.compile(_CLOCK), lambda m: _clock(m[1], m[2], m[3])),
    (
        re.compile(r"(?<!\d)(\d{1,3})[:：](\d{1,3})(?!\d)"),
        lambda m: f"{read_number(m[1])}比{read_number(m[2])}",
    ),
    (re.compile(r"(?<![\w.])\+\d{1,3}[ -]?1\d{2}[ -]?\d{4}[ -]?\d{4}(?!\d)"), _telephone),
    (re.compile(r"(?<![\d.])1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"), _telephone),
    (re.compile(r"(?<![\d.])(?:0\d{2,3}|400|800)[ -]\d{3,4}[ -]?\d{3,4}(?!\d)"), _telephone),
    (re.compile(rf"(?<={_PHONES})[:：是]?\s?\d{{3,12}}(?!\d|[.,]\d)"), _telephone),
    (re.compile(rf"({_N})\s?[%％]?{_TO}({_N})\s?[%％]"), _share),
    (re.compile(rf"({_N})()\s?[%％]"), _share),
    (
        re.compile(
            rf"(?P<name>{_alternatives(_MONEY)})\s?(?P<n>{_N})(?:{_TO}(?P<upto>{_N}))?"
            r"(?P<scale>[万亿萬億])?(?:[元块蚊塊])?"
        ),
        _money,
    ),
    (
        re.compile(
            rf"(?P<n>{_N})(?:{_TO}(?P<upto>{_N}))?(?P<scale>[万亿萬億])?\s?"
            rf"(?P<name>{_alternatives(n for n in _MONEY if n[-1] != '$')})(?![A-Za-z])"
        ),
        _money,
    ),
    (re.compile(r"(\d+\.\d+?)0*(?=[元块塊蚊])"), lambda m: _amount(m[1])),
    (
        re.compile(r"(?<![\d.])(\d)米(\d{1,2})(?!\d)"),
        lambda m: f"{_of(read_digits(m[1]))}米{read_digits(m[2])}",
    ),
    (
        re.compile(r"(?<![\w.])v?(\d+(?:\.\d+){2,})(?!\w)"),
        lambda m: "点".join(_parts(m[1].split("."))),
    ),
    (re.compile(r"(\d+)\s?[-−–]\s?(?=\d+\s?[=＝])"), lambda m: f"{read_number(m[1])}减"),
    (re.compile(rf"(?<![A-Za-z\d.)])[-−](?={_N})"), lambda _: "负"),
    (
        re.compile(
            rf"(?<![A-Za-z\d.])(?P<n>{_N})(?:{_TO}(?P<upto>{_N}))?\s?"
            rf"(?P<unit>{_alternatives(_MEASURES)})(?![A-Za-z])"
        ),
        _measured,
    ),
    (re.compile(rf"(?<![A-Za-z\d.])({_N}){_TO}(?={_N})"), lambda m: f"{read_number(m[1])}到"),
    (re.compile(r"±\s?"), lambda _: "正负"),
    (re.compile(r"24/7"), lambda _: "全天候"),
    (
        re.compile(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])"),
        lambda m: f"{read_number(m[2])}分之{read_number(m[1])}",
    ),
    (re.compile(r"\bNo\.\s?(\d+)"), lambda m: f"第{read_number(m[1])}"),
    (re.compile(r"([A-Za-z])-?(\d+)(?![\d.])"), _code),
    (re.compile(r"(?<![\d.])(\d{7,})(?![\d.])"), _long),
    (re.compile(rf"(?<![\d.,第])2(?=[{_COUNTERS}])(?!(?:[{_BARE}]))"), lambda _: "两"),
    (re.compile(_N), lambda m: read_number(m[0])),
    (re.compile(r"\s?&\s?"), lambda _: "和"),
    (re.compile(r"\bC\+\+"), lambda _: "C加加"),
    (re.compile(rf"(?<=[{HAN}])\s?\+\s?(?=[{HAN}])"), lambda _: "加"),
    (re.compile(rf"(?<=[{HAN}])²"), lambda _: "的平方"),
    (re.compile(rf"\s?({_alternatives(_SIGNS)})\s?"), lambda m: _SIGNS[m[1]]),
]
"""In this order: what has a sign or a neighbour of its own first, bare numbers last."""
