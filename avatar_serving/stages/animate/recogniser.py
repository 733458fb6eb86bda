"""Speech sounds and when they are heard, in any sound of any voice."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_serving.phone_reader import PhoneReader, Reading
from avatar_serving.stages.animate.sound import Sound
from avatar_serving.stages.animate.visemes import known, viseme

_PEAK = 0.15
"""Probability of all lip closures together from which the lips meet, though no one of them wins:
the network may doubt whether it was p or b, but not that it was one of them."""
_APART_STEPS = 3


@dataclass(frozen=True, slots=True)
class Emission:
    """A sound and its middle: the network is surest of a sound halfway through it (measured
    against the durations of speech engines: within 3 ms, over six English voices)."""

    symbol: str
    at_s: float


class PhoneRecogniser:
    """Thread-safe; about 4 ms of one core for each second of sound."""

    def __init__(self, model: Path, vocabulary: Path) -> None:
        self._reader = PhoneReader(model, vocabulary)
        self.symbols = self._reader.symbols
        heads = [symbol[0] for symbol in self.symbols]
        self._lips = np.array([viseme(head).contact == "lips" for head in heads])

    def read(self, sound: Sound) -> Reading:
        return self._reader.read(sound.samples)

    def emissions(self, sound: Sound) -> list[Emission]:
        """In order of time: the best path without repeats and blanks, and closures it missed."""
        reading = self.read(sound)
        if not len(reading.times_s):
            return []
        best = reading.log_probabilities.argmax(axis=1)
        starts = np.flatnonzero(np.diff(best, prepend=-1)).tolist()
        path = [(step, self.symbols[best[step]]) for step in starts]
        spoken = [(step, symbol) for step, symbol in path if known(symbol[0])]
        spoken += [(step, "m") for step in self._missed(reading, spoken)]
        return [Emission(symbol, float(reading.times_s[step])) for step, symbol in sorted(spoken)]

    def _missed(self, reading: Reading, spoken: list[tuple[int, str]]) -> list[int]:
        shut = [step for step, symbol in spoken if viseme(symbol[0]).contact == "lips"]
        closed = np.exp(reading.log_probabilities[:, self._lips]).sum(axis=1)
        return [s for s in _peaks(closed) if all(abs(s - other) > _APART_STEPS for other in shut)]


def _peaks(curve: NDArray[np.float32]) -> list[int]:
    """Steps of local maxima from _PEAK on."""
    before, after = np.roll(curve, 1), np.roll(curve, -1)
    top = (curve >= _PEAK) & (curve >= before) & (curve > after)
    return np.flatnonzero(top).tolist()
