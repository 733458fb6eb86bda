"""Speech recognition. To add an engine: one file here, one name in this union."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.asr.faster_whisper import FasterWhisperConfig
from avatar_serving.stages.asr.scripted import ScriptedConfig
from avatar_serving.stages.asr.transducer import TransducerConfig

AsrConfig = Annotated[
    FasterWhisperConfig | ScriptedConfig | TransducerConfig, Field(discriminator="engine")
]

__all__ = ["AsrConfig", "FasterWhisperConfig", "ScriptedConfig", "TransducerConfig"]
