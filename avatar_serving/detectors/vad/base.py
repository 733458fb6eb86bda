"""What every voice activity detector gives: events on the clock of the samples themselves."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

SAMPLE_RATE = 16_000


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    at_s: float
    """Onset of the speech, from the first sample pushed. Earlier than the moment it was certain."""


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    at_s: float
    """End of the last sample of speech."""


VadEvent = SpeechStarted | SpeechStopped


class Vad(Protocol):
    """Listens to one stream. No clock, no I/O."""

    def push(self, pcm16k: bytes) -> list[VadEvent]:
        """Take mono s16 samples at 16 kHz, in pieces of any length; say what happened in them."""
        ...

    @property
    def speaking(self) -> bool:
        """Between a start and its stop."""
        ...

    @property
    def silence_s(self) -> float:
        """How long the present pause within speech has lasted; 0 outside speech."""
        ...


class VadModel(Protocol):
    """A loaded model, shared by all streams."""

    def open(self, threshold: float = 0.5, silence_ms: int = 500, prefix_ms: int = 300) -> Vad:
        """Listen to a new stream.

        *threshold* is the probability of speech, 0..1, from which it is believed; *silence_ms* the
        pause that ends speech; *prefix_ms* the furthest an onset is dated back.
        """
        ...


class VadEngineConfig(BaseModel, ABC):
    """The settings of one detector, and the way to build it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def build(self) -> VadModel: ...

    def required_weights(self) -> tuple[str, ...]:
        return self.weights
