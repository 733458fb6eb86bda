"""Speech synthesis. To add an engine: one file here, one name in this union."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.tts.base import SAMPLE_RATE, TtsEngineConfig
from avatar_serving.stages.tts.by_voice import ByVoiceConfig
from avatar_serving.stages.tts.cosyvoice import CosyVoiceConfig
from avatar_serving.stages.tts.hibari import HibariConfig
from avatar_serving.stages.tts.kokoro import KokoroConfig
from avatar_serving.stages.tts.qwen import QwenConfig
from avatar_serving.stages.tts.tone import ToneConfig
from avatar_serving.stages.tts.voices import Voice, find_in

TtsConfig = Annotated[
    ByVoiceConfig | CosyVoiceConfig | HibariConfig | KokoroConfig | QwenConfig | ToneConfig,
    Field(discriminator="engine"),
]


def find_voice(config: TtsEngineConfig, voice_id: str) -> Voice:
    """
    Raises:
        NotFound: the engine has no such voice.
    """
    return find_in(config.voices(), voice_id)


__all__ = [
    "SAMPLE_RATE",
    "ByVoiceConfig",
    "CosyVoiceConfig",
    "HibariConfig",
    "KokoroConfig",
    "QwenConfig",
    "ToneConfig",
    "TtsConfig",
    "Voice",
    "find_voice",
]
