"""What a person would read aloud of a text that was written to be shown.

Markdown, emoji, emoticons, code and stage directions go; every word meant to be heard stays.
"""

import re

_STAGE_VERBS = (
    "smil|laugh|chuckl|giggl|grin|nod|wav|wink|sigh|paus|shrug|clap|blush|gasp|whisper|bow|lean|tilt|"
    "frown|cough|yawn|clear|look|think|gestur|jump|danc|hug|point|beam|smirk|cheer|scratch|rais|shak"
)
_STAGE_WORDS = "笑|微笑|大笑|叹气|叹|点头|摇头|挥手|鼓掌|眨眼|停顿|思考|沉默|耸肩|咳嗽|拥抱"
_IS_STAGE = re.compile(
    rf"\s*(?:(?:[a-z]+ly\s+)?(?:{_STAGE_VERBS})[a-z]*\b|[\u4e00-\u9fff]{{0,4}}(?:{_STAGE_WORDS}))",
    re.I,
)
_STARRED = re.compile(r"(?<!\*)\*(?![\s*])([^*\n]{1,160}?)(?<!\s)\*(?!\*)")
_BRACKETED = re.compile(r"[(\[（【]([^()\[\]（）【】\n]{1,160})[)\]）】]")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_BOLD = re.compile(r"(\*\*\*|\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_UNDERLINED = re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)")
_HTML = re.compile(
    r"</?(?:b|i|u|em|strong|br|p|code|span|sub|sup|small|mark|del)\b[^<>]{0,80}>", re.I
)
_LINE_MARK = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+•◦▪‣·]\s+(?:\[[ xX]\]\s+)?|\d{1,2}[.)]\s+)+")
_RULE = re.compile(r"^\s*[-*_=]{3,}\s*$")
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*$")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u200d\u20e3"
    "\U000e0020-\U000e007f]+"
)
_EMOTICON = re.compile(r"(?<!\S)(?:[:;=8xX][-^']?[()DPpOo|]|<3|\^_\^|T_T|-_-)(?![^\s.,!?])")
_SPACE_BEFORE = re.compile(r"\s+([,.;:!?，。！？；：、](?:\s|$))")


def plain(line: str) -> str:
    """One line, or a part of one, without its markup. Empty when nothing in it is to be spoken."""
    if _RULE.match(line) or _TABLE_RULE.match(line):
        return ""
    text = _LINE_MARK.sub("", line)
    text = _IMAGE_OR_LINK.sub(r"\1", text)
    text = _HTML.sub(" ", text)
    text = _BOLD.sub(r"\2", text)
    text = _STARRED.sub(_without_directions, text)
    text = _BRACKETED.sub(_without_asides, text)
    text = _UNDERLINED.sub(r"\1", text)
    text = _EMOTICON.sub(" ", _EMOJI.sub(" ", text))
    text = _cells(text).replace("`", "").replace("**", "")
    text = _SPACE_BEFORE.sub(r"\1", " ".join(text.split()))
    return text if any(c.isalnum() for c in text) else ""


def _without_directions(match: re.Match[str]) -> str:
    """*smiles* is acted, *very* is said."""
    inside, after = match[1], match.string[match.end() :].lstrip()
    before = match.string[: match.start()].rstrip()
    alone = not before or before[-1] in ".!?…。！？"
    ends = not after or after[0].isupper()
    if _IS_STAGE.match(inside) and (alone or ends):
        return " "
    return inside


def _without_asides(match: re.Match[str]) -> str:
    return " " if _IS_STAGE.match(match[1]) else match[0]


def _cells(text: str) -> str:
    """A table's row is read cell by cell."""
    row = text.strip()
    if not (row.startswith("|") and row.count("|") >= 2):
        return text
    return ", ".join(cell.strip() for cell in row.strip("|").split("|") if cell.strip())
