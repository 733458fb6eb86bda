"""The voices of Qwen3-TTS: those that its makers gave the model, by name."""

from avatar_serving.stages.tts.voices import Gender, Voice


def _voice(name: str, language: str, gender: Gender, *tags: str) -> Voice:
    return Voice(
        f"qwen_{name.lower()}", name.replace("_", " "), language, gender, ("adult", *tags), "qwen"
    )


VOICES = (
    _voice("Vivian", "zh", "female", "mandarin", "bright"),
    _voice("Serena", "zh", "female", "mandarin", "warm"),
    _voice("Uncle_Fu", "zh", "male", "mandarin", "mature"),
    _voice("Dylan", "zh", "male", "beijing"),
    _voice("Eric", "zh", "male", "sichuan"),
    _voice("Ryan", "en", "male", "american", "lively"),
    _voice("Aiden", "en", "male", "american", "sunny"),
)
"""Two more, Japanese and Korean, are left out with their languages."""
