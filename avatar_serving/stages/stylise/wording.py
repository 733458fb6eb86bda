"""What a diffusion model is told: styles, expressions, poses and scenes, in two languages."""

from dataclasses import dataclass
from typing import Literal

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Drawing, Look

Language = Literal["en", "zh"]
KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Preset:
    title: str
    en: str
    zh: str

    def words(self, language: Language) -> str:
        return self.en if language == "en" else self.zh


STYLES = {
    "film": Preset("Film still", "cinematic film still, soft key light", "电影剧照，柔和的主光"),
    "anime": Preset("Anime", "anime, clean lines, flat colours", "动漫，线条干净，平涂"),
    "cartoon-3d": Preset("3D cartoon", "3d animated film character", "三维动画角色"),
    "oil": Preset("Oil painting", "oil painting, visible brush strokes", "油画，笔触清晰"),
    "watercolour": Preset("Watercolour", "watercolour on rough paper", "粗纹纸上的水彩画"),
    "ink": Preset("Ink wash", "chinese ink wash painting", "中国水墨画"),
    "comic": Preset("Comic", "comic book art, bold outlines", "漫画，粗轮廓线"),
    "clay": Preset("Clay", "clay figure, stop motion film", "黏土人偶，定格动画"),
}  # fmt: skip
EXPRESSIONS = {
    "neutral": Preset("Neutral", "neutral relaxed expression, closed mouth", "表情自然放松，闭嘴"),
    "smile": Preset("Smile", "gentle smile, closed mouth", "闭嘴微笑"),
    "happy": Preset("Happy", "happy, laughing eyes", "开心，眼里带笑"),
    "serious": Preset("Serious", "serious expression", "表情严肃"),
    "friendly": Preset("Friendly", "friendly open expression", "友善的表情"),
}
POSES = {
    "front": Preset("Facing the camera", "facing the camera, head upright", "正对镜头，头部端正"),
    "left": Preset("Turned left", "three-quarter view, turned left", "四分之三侧面，朝左"),
    "right": Preset("Turned right", "three-quarter view, turned right", "四分之三侧面，朝右"),
}
SCENES = {
    "studio": Preset("Studio", "plain grey photo studio backdrop", "纯灰色摄影棚背景"),
    "office": Preset("Office", "bright modern office, blurred background", "明亮的办公室，虚化"),
    "shop": Preset("Live shop", "live stream shop, shelves, warm light", "直播间，货架，暖光"),
    "library": Preset("Library", "library with bookshelves, blurred", "图书馆书架，背景虚化"),
    "nature": Preset("Outdoors", "green park in daylight, blurred", "白天的绿色公园，背景虚化"),
}  # fmt: skip
SUBJECT = Preset("", "portrait of one person, head and shoulders", "一个人的肖像，头部和肩膀")
AVOID = Preset(
    "", "deformed face, more people, text, watermark", "畸形的脸，多余的人，文字，水印"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    prompt: str
    negative: str


def check_words(look: Look) -> None:
    """Raises InvalidRequest where *look* names a preset that is not there."""
    drawing = look.drawing or Drawing()
    _known("style", look.style, STYLES, "none")
    _known("drawing.expression", drawing.expression, EXPRESSIONS, KEEP)
    _known("drawing.pose", drawing.pose, POSES, KEEP)
    _known("drawing.scene", drawing.scene, SCENES, KEEP)


def words_for_person(look: Look, language: Language) -> Words:
    drawing = look.drawing or Drawing()
    chosen = (
        STYLES.get(look.style), EXPRESSIONS.get(drawing.expression), POSES.get(drawing.pose),
    )  # fmt: skip
    parts = [preset.words(language) for preset in chosen if preset is not None]
    return _joined([drawing.prompt or SUBJECT.words(language), *parts], drawing, language)


def words_for_scene(look: Look, language: Language) -> Words:
    drawing = look.drawing or Drawing()
    style = STYLES.get(look.style)
    parts = [SCENES[drawing.scene].words(language), style.words(language) if style else ""]
    return _joined(parts, drawing, language)


def _joined(parts: list[str], drawing: Drawing, language: Language) -> Words:
    comma = ", " if language == "en" else "，"
    avoided = [drawing.negative, AVOID.words(language)]
    return Words(comma.join(filter(None, parts)), comma.join(filter(None, avoided)))


def _known(option: str, value: str, presets: dict[str, Preset], nothing: str) -> None:
    if value not in (nothing, *presets):
        known = ", ".join((nothing, *presets))
        raise InvalidRequest(f"no {option} {value!r}; there are: {known}", f"look.{option}")
