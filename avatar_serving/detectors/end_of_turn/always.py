"""Every pause ends the turn. Without weights; for tests."""

from typing import Literal

from pydantic import Field

from avatar_serving.detectors.end_of_turn.base import EndOfTurn, EndOfTurnEngineConfig
from avatar_serving.media import AudioChunk


class AlwaysConfig(EndOfTurnEngineConfig):
    engine: Literal["always"] = "always"
    probability: float = Field(default=1.0, ge=0, le=1)
    """The answer to every question."""

    def build(self) -> EndOfTurn:
        return Always(self.probability)


class Always:
    def __init__(self, probability: float) -> None:
        self._probability = probability

    def probability(self, audio: AudioChunk) -> float:
        return self._probability
