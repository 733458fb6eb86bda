"""What a moment of sound says of the mouth, as a vector: by it bank frames are found again.

A recogniser's probabilities hardly depend on the voice. Each symbol has a place for the mouth;
their mean under the probabilities of the moments around is where the mouth should be, as far as the
sound tells.
"""

from dataclasses import astuple

import numpy as np
from scipy.ndimage import gaussian_filter1d

from avatar_serving.stages.animate.recogniser import PhoneRecogniser
from avatar_serving.stages.animate.sound import Sound, loudness
from avatar_serving.stages.animate.timeline import Floats
from avatar_serving.stages.animate.visemes import known, viseme

_STEPS = 1.4
"""Standard deviation of the moments around, in steps of 20 ms: a sound is told at its middle."""
_SOFT = 0.35
"""Loudness under which the mouth counts as closing."""
_CONTACT = 0.6
"""Weight of a closure beside the openings."""
COUNT = 11
"""Eight articulators (visemes.Place), lips met, lip on teeth, loudness."""


class Ear:
    def __init__(self, recogniser: PhoneRecogniser) -> None:
        self._recogniser = recogniser
        self._said = np.array([known(symbol[0]) for symbol in recogniser.symbols])
        self._places = np.array([_place(symbol) for symbol in recogniser.symbols])

    def features(self, sound: Sound, times_s: Floats) -> Floats:
        """times x COUNT."""
        reading = self._recogniser.read(sound)
        loud = loudness(sound.level_db(times_s))
        if not len(reading.times_s):
            return np.column_stack([np.zeros((len(times_s), COUNT - 1)), loud])
        said = np.exp(reading.log_probabilities) * self._said
        around = gaussian_filter1d(said, _STEPS, axis=0, mode="constant")
        around /= around.sum(axis=1, keepdims=True) + 1e-6
        placed = around @ self._places
        at_times = [np.interp(times_s, reading.times_s, column) for column in placed.T]
        open_as = np.minimum(1.0, loud / _SOFT)[:, None]
        return np.column_stack([np.stack(at_times, axis=1) * open_as, 0.5 * loud])


def _place(symbol: str) -> tuple[float, ...]:
    found = viseme(symbol[0])
    met = (_CONTACT * (found.contact == "lips"), _CONTACT * (found.contact == "lip_teeth"))
    return (*astuple(found.place), *met)
