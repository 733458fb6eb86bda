"""Frames for a sound: what was said is found, pauses are rests that are gone through."""

from itertools import pairwise

import numpy as np

from avatar_serving.footage.index import Known, Said
from avatar_serving.footage.path import leaps, path_of, steadied
from avatar_serving.stages.animate.sound import RATE, Sound
from avatar_serving.stages.animate.timeline import Floats
from tests.footage.discs import FPS, RESTS, disc_film


class Hears:
    """What the first pictures of the film sound like, from *first* on."""

    def __init__(self, first: int) -> None:
        self._first = first

    def wanted(self, _: Said, times_s: Floats) -> Floats:
        return (self._first + times_s[:, None] * FPS) / 10


def loud(seconds: float, silent: tuple[float, float] = (0.0, 0.0)) -> Sound:
    at = np.arange(round(seconds * RATE)) / RATE
    samples = 0.3 * np.sin(2 * np.pi * 200 * at)
    samples[(at >= silent[0]) & (at < silent[1])] = 0.0
    return Sound(samples.astype(np.float32))


def path(sound: Sound, first: int = 5) -> np.ndarray:
    seconds = len(sound.samples) / RATE
    return path_of(Known(disc_film(), Hears(first)), Said(sound, seconds))


def test_what_was_said_is_found_whole() -> None:
    assert path(loud(1.0)).tolist() == list(range(5, 35))


def test_a_pause_is_a_rest_that_never_stands_still() -> None:
    found = path(loud(4.0, (0.5, 3.5)))
    resting = found[20:100]
    assert len(found) == 120
    assert resting.min() >= RESTS[0][0] and resting.max() < RESTS[0][1]
    assert all(abs(b - a) == 1 for a, b in pairwise(resting.tolist()))


def test_a_stay_too_short_is_left_out() -> None:
    film, short = disc_film(), np.array([5, 6, 7, 30, 31, 10, 11, 12], np.intp)
    assert steadied(film, short).tolist() == list(range(5, 13))
    long = np.array([5, 6, 7, 30, 31, 32, 33, 12, 13, 14], np.intp)
    assert steadied(film, long).tolist() == long.tolist()
    assert leaps(film.bank, long).tolist() == [3, 7]
