"""Voice activity detection. To add an engine: one file here, one name in this union."""

from typing import Annotated

from pydantic import Field

from avatar_serving.detectors.vad.base import (
    SAMPLE_RATE,
    SpeechStarted,
    SpeechStopped,
    Vad,
    VadEvent,
    VadModel,
)
from avatar_serving.detectors.vad.energy import EnergyConfig
from avatar_serving.detectors.vad.silero import SileroConfig

VadConfig = Annotated[SileroConfig | EnergyConfig, Field(discriminator="engine")]

__all__ = [
    "SAMPLE_RATE",
    "EnergyConfig",
    "SileroConfig",
    "SpeechStarted",
    "SpeechStopped",
    "Vad",
    "VadConfig",
    "VadEvent",
    "VadModel",
]
