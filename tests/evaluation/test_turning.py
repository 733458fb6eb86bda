"""A bowl of points that is turned, and pictures of grain that slide."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from avatar_serving.evaluation.stand import View
from avatar_serving.evaluation.turning import angles_of, followed

SIZE = 160


def _bowl() -> np.ndarray:
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, 9), np.linspace(-0.5, 0.5, 9))
    return np.stack([x, y, 0.4 - x**2 - 0.5 * y**2], -1).reshape(-1, 3) * 100


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(20, 0, 0), (0, -20, 0), (-12, 9, 5)])
def test_the_turn_is_found_though_some_places_are_lost(
    yaw: float, pitch: float, roll: float
) -> None:
    turn = Rotation.from_euler("ZXY", [-roll, -pitch, yaw], degrees=True)
    places = turn.apply(_bowl())[:, :2] * 1.1 + (30, -7)
    places[::7] += 15
    assert angles_of(_bowl(), places, 100.0) == pytest.approx((yaw, pitch, roll), abs=0.5)


def _view(right: int) -> View:
    grain = np.random.default_rng(0).uniform(0, 255, (SIZE // 4, SIZE // 4)).astype(np.uint8)
    picture = np.roll(np.kron(grain, np.ones((4, 4), np.uint8)), right, 1)
    return View((), np.dstack([picture] * 3), np.zeros((468, 2)), None)


def test_places_are_followed_from_the_middle_both_ways() -> None:
    start = np.random.default_rng(1).uniform(40, SIZE - 40, (20, 2))
    places = followed([_view(right) for right in (-6, -3, 0, 3, 6)], start)
    for place, right in zip(places, (-6, -3, 0, 3, 6), strict=True):
        assert np.median(place - start, axis=0) == pytest.approx((right, 0), abs=0.5)
