"""Lids and irises of a drawn-up face."""

import numpy as np
import pytest

from avatar_serving.avatars.surface import lid_pairs
from avatar_serving.driving.eyes import blinks, gaze, widened
from avatar_serving.faces.topology import LEFT_EYE, LEFT_IRIS, RIGHT_EYE, RIGHT_IRIS


def face(opening: float = 1.0, looks: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """(478, 3): eyes 3 wide and *opening* high, whose irises are *looks* from the middle."""
    points = np.zeros((478, 3))
    for eye, iris, side in ((LEFT_EYE, LEFT_IRIS, 1), (RIGHT_EYE, RIGHT_IRIS, -1)):
        points[eye[0], 0], points[eye[8], 0] = side * 4.5, side * 1.5
        for upper, lower in lid_pairs(eye):
            points[[upper, lower], 1] = opening / 2, -opening / 2
        points[list(iris), :2] = side * 3 + looks[0], looks[1]
    return points


def test_lids_shut_and_tear_open() -> None:
    faces = np.stack([face(height) for height in (1.0, 0.5, 0.1, 1.6)])
    shut = blinks(faces, face())
    assert shut[[0, 2, 3], 0] == pytest.approx([0, 1, 0]) and 0.3 < shut[1, 1] < 0.8
    assert widened(faces, face())[:, 1] == pytest.approx([0, 0, 0, 1])


def test_eyes_look_from_where_they_look_most_and_through_a_blink_where_they_looked() -> None:
    looks = [(0.2, 0.1)] * 5 + [(0.35, 0.1), (-0.9, 0.9), (0.35, -0.05)]
    open_ = np.array([1.0] * 6 + [0.0, 1.0])
    found = gaze(np.stack([face(looks=at) for at in looks]), open_)
    assert found[:5] == pytest.approx(np.zeros((5, 2)))
    assert found[5:, 0] == pytest.approx([0.5, 0.5, 0.5])
    assert found[7, 1] == pytest.approx(-0.5)


def test_eyes_that_are_never_open_look_ahead() -> None:
    assert not gaze(np.stack([face()] * 3), np.zeros(3)).any()
