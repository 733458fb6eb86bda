"""How likely each speech sound is at each moment, in any sound of any voice: a small network."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_serving.onnx import open_session
from avatar_serving.samples import Samples

RATE = 16_000
"""Samples a second of what is read."""
_HOP = 320
"""Samples for each step of the network: 20 ms."""
_PIECE_S, _MARGIN_S = 12.0, 0.6
"""Longer sound is read in pieces, each with some of its neighbours."""
_LEVEL = 0.08
"""Root mean square that the network hears speech at."""
_SILENT = 1e-4
_BOUNDARY, _BLANK = "<wb>", "<blank>"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network makes of a sound, every 20 ms."""

    times_s: NDArray[np.float64]
    log_probabilities: NDArray[np.float32]
    """times x symbols."""


class PhoneReader:
    """Thread-safe; about 4 ms of one core for each second of sound."""

    def __init__(self, model: Path, vocabulary: Path) -> None:
        self._session = open_session(model)
        letters: list[str] = json.loads(vocabulary.read_text("utf-8"))["decoder"]
        self.symbols = (*letters, _BOUNDARY, _BLANK)
        """Of which the last one is that nothing new is heard."""

    def read(self, samples: Samples) -> Reading:
        """Sound of any length at 16 kHz, in pieces; nothing of what is silent."""
        seconds = len(samples) / RATE
        pieces = [self._piece(samples, s) for s in np.arange(0.0, seconds, _PIECE_S).tolist()]
        if not pieces:
            return self._nothing()
        times = np.concatenate([piece.times_s for piece in pieces])
        return Reading(times, np.concatenate([piece.log_probabilities for piece in pieces]))

    def _piece(self, sound: Samples, start_s: float) -> Reading:
        begin = max(0, round((start_s - _MARGIN_S) * RATE))
        samples = sound[begin : round((start_s + _PIECE_S + _MARGIN_S) * RATE)]
        loud = float(np.sqrt(np.mean(np.square(samples))))
        if len(samples) < 2 * _HOP or loud < _SILENT:
            return self._nothing()
        feed = {
            "waveform": np.clip(samples * (_LEVEL / loud), -1, 1)[None].astype(np.float32),
            "waveform_lengths": np.array([len(samples)], np.int64),
        }
        probabilities = np.asarray(self._session.run(["log_probs"], feed)[0])[0]
        times = (begin + _HOP * np.arange(len(probabilities))).astype(np.float64) / RATE
        own = (times >= start_s) & (times < start_s + _PIECE_S)
        return Reading(times[own], probabilities[own])

    def _nothing(self) -> Reading:
        return Reading(np.zeros(0), np.zeros((0, len(self.symbols)), np.float32))
