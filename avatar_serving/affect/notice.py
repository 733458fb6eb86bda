"""One line that tells the language model what words alone do not: voice, face and gestures."""

from dataclasses import dataclass

from avatar_serving.affect.face import Gesture, Seen, feeling_of
from avatar_serving.affect.feeling import Feeling, UserEmotion
from avatar_serving.text.languages import Language

_TOLD = 0.5
_AROUSED = 0.45
_AWAY = 0.3

_SOUND = {
    "en": {"joy": "happy", "sadness": "sad", "anger": "angry", "fear": "worried",
           "disgust": "disgusted", "surprise": "surprised"},
    "zh": {"joy": "高兴", "sadness": "难过", "anger": "生气", "fear": "担心",
           "disgust": "厌恶", "surprise": "惊讶"},
}  # fmt: skip
_FACE: dict[Language, dict[UserEmotion, str]] = {
    "en": {"joy": "is smiling", "sadness": "looks sad", "anger": "is frowning",
           "disgust": "wrinkles their nose", "surprise": "looks surprised"},
    "zh": {"joy": "在微笑", "sadness": "看起来难过", "anger": "皱着眉头",
           "disgust": "皱着鼻子", "surprise": "看起来惊讶"},
}  # fmt: skip
_GESTURE: dict[Language, dict[Gesture, str]] = {
    "en": {"nod": "nodded", "shake": "shook their head", "wave": "waved"},
    "zh": {"nod": "点了点头", "shake": "摇了摇头", "wave": "挥了挥手"},
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is noticed of a user while they take their turn."""

    words: Feeling = Feeling()
    arousal: float = 0.0
    """-1..1"""
    seen: Seen | None = None
    """None: no camera."""


def line_for(notice: Notice, language: Language) -> str:
    """A sentence about the user; empty where there is nothing to tell."""
    parts = [part for part in (_sound(notice, language), *_sight(notice.seen, language)) if part]
    if not parts:
        return ""
    if language == "zh":
        return f"用户{'，'.join(parts)}。"
    return f"The user {_listed(parts)}."


def _sound(notice: Notice, language: Language) -> str:
    emotion, strength = notice.words.strongest
    if strength >= _TOLD:
        word = _SOUND[language][emotion]
        return f"听起来{word}" if language == "zh" else f"sounds {word}"
    if notice.arousal >= _AROUSED:
        return "听起来很激动" if language == "zh" else "sounds agitated"
    if notice.arousal <= -_AROUSED:
        return "听起来没精神" if language == "zh" else "sounds subdued"
    return ""


def _sight(seen: Seen | None, language: Language) -> tuple[str, ...]:
    if seen is None:
        return ()
    emotion, strength = feeling_of(seen).strongest
    face = _FACE[language].get(emotion, "") if strength >= _TOLD else ""
    if seen.attention < _AWAY:
        face = "没有看着你" if language == "zh" else "is looking away"
    return face, _GESTURE[language].get(seen.gesture, "")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
