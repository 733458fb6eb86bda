"""Which languages a profile can hold a conversation in, and what is said of the others."""

from dataclasses import dataclass

from avatar_serving.errors import LanguageUnavailable
from avatar_serving.stages.asr import AsrConfig, FasterWhisperConfig
from avatar_serving.stages.tts import TtsConfig

_NAMES = {"en": "English", "zh": "普通话", "yue": "廣東話"}


@dataclass(frozen=True, slots=True)
class SpeechLanguage:
    """A language, and what the profile can do in it."""

    id: str
    name: str
    """As its speakers write it."""
    understood: bool
    spoken: bool
    note: str
    """What a user should know; empty when there is nothing."""


def speech_languages(asr: AsrConfig, tts: TtsConfig) -> tuple[SpeechLanguage, ...]:
    """Every language that we know of, whether or not the engines have it."""
    spoken = {voice.language for voice in tts.voices()}
    understood = {"en", "zh"}
    if isinstance(asr, FasterWhisperConfig):
        understood = set(asr.languages)
    return tuple(
        SpeechLanguage(id_, name, id_ in understood, id_ in spoken, _note(id_, spoken))
        for id_, name in _NAMES.items()
    )


def check_language(language: str, offered: tuple[str, ...]) -> None:
    """
    Raises:
        LanguageUnavailable: it is neither auto nor offered.
    """
    if language != "auto" and language not in offered:
        raise LanguageUnavailable(language, offered)


def offered_languages(asr: AsrConfig, tts: TtsConfig) -> tuple[str, ...]:
    """Those that are understood and spoken."""
    return tuple(
        found.id for found in speech_languages(asr, tts) if found.understood and found.spoken
    )


def _note(language: str, spoken: set[str]) -> str:
    if language == "yue" and "yue" not in spoken:
        return "Not on this profile: no small model for the CPU speaks or understands it."
    return ""
