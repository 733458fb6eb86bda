"""Measured facts about a portrait, put into one Chinese sentence."""

import re

SUBJECTS = {
    "a toddler": "一个幼儿", "a young girl": "一个小女孩", "a young boy": "一个小男孩",
    "a child": "一个儿童", "a teenage girl": "一位少女", "a teenage boy": "一位少年",
    "a teenager": "一位青少年", "an elderly woman": "一位年长的女性",
    "an elderly man": "一位年长的男性", "an elderly person": "一位年长者",
}  # fmt: skip
DECADES = {
    "twenties": "二十", "thirties": "三十", "forties": "四十", "fifties": "五十",
    "sixties": "六十", "seventies": "七十",
}  # fmt: skip
PEOPLE = {"woman": "女性", "man": "男性", "person": "人"}
COLOURS = {
    "black": "黑色", "dark grey": "深灰色", "grey": "灰色", "light grey": "浅灰色",
    "white": "白色", "red": "红色", "dark red": "深红色", "orange": "橙色", "brown": "棕色",
    "dark brown": "深棕色", "light brown": "浅棕色", "blond": "金色", "beige": "米色",
    "yellow": "黄色", "olive": "橄榄色", "green": "绿色", "dark green": "深绿色",
    "light green": "浅绿色", "teal": "青色", "light blue": "浅蓝色", "blue": "蓝色",
    "navy": "藏青色", "purple": "紫色", "lilac": "淡紫色", "pink": "粉色", "magenta": "洋红色",
}  # fmt: skip
EXPRESSIONS = {
    "closed eyes": "闭着眼睛", "a look of surprise": "神情惊讶",
    "an open mouth, as if speaking": "张着嘴，像在说话", "a broad smile": "笑容灿烂",
    "a slight smile": "面带微笑", "a stern look": "神情严肃", "pursed lips": "抿着嘴",
    "a calm expression": "表情平静",
}  # fmt: skip
FACINGS = {
    "facing the camera": "面向镜头", "looking up": "抬着头", "looking down": "低着头",
    "looking to the right of the picture": "看向画面右侧",
    "looking to the left of the picture": "看向画面左侧",
}  # fmt: skip


def sentence(facts: tuple[tuple[str, str], ...]) -> str:
    """Of the facts that `wording.describe` measures; empty when one of them is of other words."""
    told = {"subject": _subject, "hair": _hair, "expression": EXPRESSIONS.get,
            "facing": FACINGS.get, "clothing": _clothing, "background": _background}  # fmt: skip
    parts = [told[name](value) for name, value in facts if name in told]
    return "，".join(part for part in parts if part) + "。" if parts and all(parts) else ""


def _subject(english: str) -> str | None:
    aged = re.fullmatch(r"a (\w+) in \w+ (\w+)", english)
    if aged and aged[1] in PEOPLE and aged[2] in DECADES:
        return f"一位{DECADES[aged[2]]}多岁的{PEOPLE[aged[1]]}"
    return SUBJECTS.get(english)


def _hair(english: str) -> str | None:
    if english == "little or no hair":
        return "头发很少或没有头发"
    shaped = re.fullmatch(r"(short|long) (.+) hair", english)
    if not shaped or shaped[2] not in COLOURS:
        return None
    return f"{COLOURS[shaped[2]]}{'短发' if shaped[1] == 'short' else '长发'}"


def _clothing(english: str) -> str | None:
    colours = _colours(english.removesuffix(" clothes"))
    return colours and f"穿着{colours}的衣服"


def _background(english: str) -> str | None:
    painted = re.fullmatch(r"a (plain|varied) (.+) background", english)
    colours = painted and _colours(painted[2])
    if not painted or not colours:
        return None
    return f"背景是{'纯' if painted[1] == 'plain' and '和' not in colours else ''}{colours}"


def _colours(english: str) -> str | None:
    names = [COLOURS.get(name) for name in english.split(" and ")]
    return "和".join(name for name in names if name) if all(names) else None
