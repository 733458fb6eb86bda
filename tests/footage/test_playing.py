"""Pictures of a path: leaps are bridged, times and counts are right."""

import numpy as np
import pytest

from avatar_serving.footage.playing import bridged, played
from tests.footage.discs import FPS, Discs, disc_film, place

LEAP = np.array([*range(5, 15), *range(22, 32)], np.intp)


def places(path: np.ndarray, fps: int = FPS, cuts: tuple[int, ...] = ()) -> list[float]:
    film = disc_film(cuts)
    return [place(p) for p in played(film, Discs(), bridged(film, path), fps)]


def test_what_follows_in_the_film_is_shown_as_it_was() -> None:
    film, pictures = disc_film(), Discs()
    mixes = bridged(film, np.arange(3, 20))
    for number, picture in zip(range(3, 20), played(film, pictures, mixes, FPS), strict=True):
        assert (picture == pictures[number]).all()


def test_a_leap_is_a_glide() -> None:
    seen = np.array(places(LEAP))
    assert len(seen) == 20
    assert np.diff(seen).max() < 4 < np.diff(LEAP).max()
    assert np.diff(seen).min() > 0
    assert np.allclose(seen[[0, 5, 14, 19]], LEAP[[0, 5, 14, 19]], atol=0.2)


def test_between_takes_there_is_a_cut() -> None:
    assert np.allclose(places(LEAP, cuts=(20,)), LEAP, atol=0.2)


def test_ways_through_a_rest_are_no_leaps() -> None:
    path = np.array([44, 45, 46, 45, 44, 43, 43, 44])
    assert np.allclose(places(path), path, atol=0.2)


@pytest.mark.parametrize("fps", [24, 25, 50, 60])
def test_other_rates_show_what_is_between(fps: int) -> None:
    seen = places(np.arange(10, 40), fps)
    assert len(seen) == fps
    assert np.allclose(seen[: fps - 3], 10 + np.arange(fps - 3) * FPS / fps, atol=0.3)
