"""Speech sounds and when they are heard, in any sound of any voice: a small CTC network."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_serving.onnx import open_session
from avatar_serving.stages.animate.sound import RATE, Sound
from avatar_serving.stages.animate.visemes import known, viseme

_HOP = 320
"""Samples for each step of the network: 20 ms."""
_PIECE_S, _MARGIN_S = 12.0, 0.6
"""Longer sound is read in pieces, each with some of its neighbours."""
_LEVEL = 0.08
"""Root mean square that the network hears speech at."""
_BOUNDARY, _BLANK = "<wb>", "<blank>"
_PEAK = 0.15
"""Probability of all lip closures together from which the lips meet, though no one of them wins:
the network may doubt whether it was p or b, but not that it was one of them."""
_APART_STEPS = 3


@dataclass(frozen=True, slots=True)
class Emission:
    """A sound and its middle: the network is surest of a sound halfway through it (measured
    against the durations of speech engines: within 3 ms, over eight voices)."""

    symbol: str
    at_s: float


class PhoneRecogniser:
    """Thread-safe; about 4 ms of one core for each second of sound."""

    def __init__(self, model: Path, vocabulary: Path) -> None:
        self._session = open_session(model)
        letters: list[str] = json.loads(vocabulary.read_text("utf-8"))["decoder"]
        self._symbols = (*letters, _BOUNDARY, _BLANK)
        heads = [symbol[0] for symbol in self._symbols]
        self._lips = np.array([viseme(head).contact == "lips" for head in heads])

    def emissions(self, sound: Sound) -> list[Emission]:
        """In order of time; none in silence."""
        found: list[Emission] = []
        for start_s in np.arange(0.0, max(len(sound.samples) / RATE, 1e-9), _PIECE_S).tolist():
            end_s = start_s + _PIECE_S
            found += [e for e in self._piece(sound, start_s, end_s) if start_s <= e.at_s < end_s]
        return found

    def _piece(self, sound: Sound, start_s: float, end_s: float) -> list[Emission]:
        begin = max(0, round((start_s - _MARGIN_S) * RATE))
        samples = sound.samples[begin : round((end_s + _MARGIN_S) * RATE)]
        loud = float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
        if len(samples) < 2 * _HOP or loud < 1e-4:
            return []
        feed = {
            "waveform": np.clip(samples * (_LEVEL / loud), -1, 1)[None].astype(np.float32),
            "waveform_lengths": np.array([len(samples)], np.int64),
        }
        log_probabilities = np.asarray(self._session.run(["log_probs"], feed)[0])[0]
        steps = self._steps(log_probabilities)
        return [Emission(symbol, begin / RATE + step * _HOP / RATE) for step, symbol in steps]

    def _steps(self, log_probabilities: NDArray[np.float32]) -> list[tuple[int, str]]:
        """The best path without repeats and blanks, and closures that it missed."""
        best = log_probabilities.argmax(axis=1)
        starts = np.flatnonzero(np.diff(best, prepend=-1))
        path = [(int(step), self._symbols[best[step]]) for step in starts]
        spoken = [(step, symbol) for step, symbol in path if known(symbol[0])]
        shut = [step for step, symbol in spoken if viseme(symbol[0]).contact == "lips"]
        closed = np.exp(log_probabilities[:, self._lips]).sum(axis=1)
        missed = [
            (step, "m")
            for step in _peaks(closed)
            if all(abs(step - other) > _APART_STEPS for other in shut)
        ]
        return sorted(spoken + missed)


def _peaks(curve: NDArray[np.float32]) -> list[int]:
    """Steps of local maxima from _PEAK on."""
    before, after = np.roll(curve, 1), np.roll(curve, -1)
    top = (curve >= _PEAK) & (curve >= before) & (curve > after)
    return np.flatnonzero(top).tolist()
