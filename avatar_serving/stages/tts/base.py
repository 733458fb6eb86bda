"""What every speech engine's config gives besides the engine."""

from abc import abstractmethod

from avatar_serving.stages.base import StageConfig, Tts
from avatar_serving.stages.tts.voices import Voice

SAMPLE_RATE = 24_000
"""Of all speech that leaves this stage."""


class TtsEngineConfig(StageConfig):
    @abstractmethod
    def build(self) -> Tts: ...

    @abstractmethod
    def voices(self) -> tuple[Voice, ...]:
        """The voices that the engine speaks with, its default first."""
