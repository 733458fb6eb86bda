"""Drawings in which only the upper half moves."""

import numpy as np
import pytest

from avatar_serving.evaluation.above_frames import moving, risen, seen_to_rise
from avatar_serving.evaluation.stand import View

SIZE, COUNT = 128, 468


def _view(up: int) -> View:
    """Grain whose upper half, and the landmarks in it, are moved up by so many pixels."""
    grain = np.random.default_rng(0).uniform(0, 255, (SIZE // 4, SIZE // 4)).astype(np.uint8)
    picture = np.kron(grain, np.ones((4, 4), np.uint8))
    picture[: SIZE // 2] = np.roll(picture, -up, 0)[: SIZE // 2]
    places = np.random.default_rng(1).uniform(20, SIZE - 20, (COUNT, 2))
    places[places[:, 1] < SIZE / 2 - 10, 1] -= up
    return View((), np.dstack([picture] * 3), places, None)


def test_the_skin_that_moves_is_followed_in_the_pixels() -> None:
    views = tuple(_view(up) for up in (0, 2, 4))
    which = moving(views)
    assert (which == (views[0].geometry[:, 1] < SIZE / 2 - 10)).all()
    assert risen(views, which) == pytest.approx([0, 2, 4])
    assert seen_to_rise(views, which) == pytest.approx([0, 2, 4], abs=0.5)
