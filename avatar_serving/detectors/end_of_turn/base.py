"""Whether somebody who has paused has finished."""

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from avatar_serving.media import AudioChunk


class EndOfTurn(Protocol):
    def probability(self, audio: AudioChunk) -> float:
        """How probable it is, 0..1, that the turn heard in *audio* (16 kHz) is complete.

        Takes tens of milliseconds; call it in a thread.

        Raises:
            InvalidRequest: not 16 kHz.
        """
        ...


class EndOfTurnEngineConfig(BaseModel, ABC):
    """The settings of one engine, and the way to build it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def build(self) -> EndOfTurn: ...

    def required_weights(self) -> tuple[str, ...]:
        return self.weights
