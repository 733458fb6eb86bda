"""Speech sounds and when they are heard, in any sound of any voice: a small CTC network."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_serving.onnx import open_session
from avatar_serving.stages.animate.sound import RATE, Sound
from avatar_serving.stages.animate.timeline import Floats
from avatar_serving.stages.animate.visemes import known, viseme

_HOP = 320
"""Samples for each step of the network: 20 ms."""
_PIECE_S, _MARGIN_S = 12.0, 0.6
"""Longer sound is read in pieces, each with some of its neighbours."""
_LEVEL = 0.08
"""Root mean square that the network hears speech at."""
_SILENT = 1e-4
_BOUNDARY, _BLANK = "<wb>", "<blank>"
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


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network makes of a sound, every 20 ms."""

    times_s: Floats
    log_probabilities: NDArray[np.float32]
    """times x symbols."""


class PhoneRecogniser:
    """Thread-safe; about 4 ms of one core for each second of sound."""

    def __init__(self, model: Path, vocabulary: Path) -> None:
        self._session = open_session(model)
        letters: list[str] = json.loads(vocabulary.read_text("utf-8"))["decoder"]
        self.symbols = (*letters, _BOUNDARY, _BLANK)
        heads = [symbol[0] for symbol in self.symbols]
        self._lips = np.array([viseme(head).contact == "lips" for head in heads])

    def read(self, sound: Sound) -> Reading:
        """Sound of any length, in pieces; nothing of what is silent."""
        seconds = len(sound.samples) / RATE
        pieces = [self._piece(sound, s) for s in np.arange(0.0, seconds, _PIECE_S).tolist()]
        if not pieces:
            return Reading(np.zeros(0), np.zeros((0, len(self.symbols)), np.float32))
        times = np.concatenate([piece.times_s for piece in pieces])
        return Reading(times, np.concatenate([piece.log_probabilities for piece in pieces]))

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

    def _piece(self, sound: Sound, start_s: float) -> Reading:
        begin = max(0, round((start_s - _MARGIN_S) * RATE))
        samples = sound.samples[begin : round((start_s + _PIECE_S + _MARGIN_S) * RATE)]
        loud = float(np.sqrt(np.mean(np.square(samples))))
        if len(samples) < 2 * _HOP or loud < _SILENT:
            return Reading(np.zeros(0), np.zeros((0, len(self.symbols)), np.float32))
        feed = {
            "waveform": np.clip(samples * (_LEVEL / loud), -1, 1)[None].astype(np.float32),
            "waveform_lengths": np.array([len(samples)], np.int64),
        }
        probabilities = np.asarray(self._session.run(["log_probs"], feed)[0])[0]
        times: Floats = (begin + _HOP * np.arange(len(probabilities))).astype(np.float64) / RATE
        own = (times >= start_s) & (times < start_s + _PIECE_S)
        return Reading(times[own], probabilities[own])


def _peaks(curve: NDArray[np.float32]) -> list[int]:
    """Steps of local maxima from _PEAK on."""
    before, after = np.roll(curve, 1), np.roll(curve, -1)
    top = (curve >= _PEAK) & (curve >= before) & (curve > after)
    return np.flatnonzero(top).tolist()
