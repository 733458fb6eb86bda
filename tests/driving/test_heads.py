"""Turns of heads: what is put together is taken apart."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from avatar_serving.driving.heads import Heads, heads_of, upwards
from avatar_serving.faces.canonical import canonical_face
from avatar_serving.faces.pose import head_angles

TURN = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
"""A quarter to the person's own left."""


def test_points_go_back_into_the_face() -> None:
    face = np.random.default_rng(1).normal(size=(20, 3))
    seen = 7 * face @ TURN.T + (3, 4, 5)
    heads = Heads(TURN[None], np.array([7.0]), np.array([[3.0, 4.0, 5.0]]))
    assert np.allclose(heads.unposed(seen[None])[0], face)


def test_angles_have_the_signs_of_face_frames() -> None:
    tilted = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    turns = np.stack([TURN, tilted * np.linalg.det(tilted)])
    heads = Heads(turns, np.ones(2), np.zeros((2, 3)))
    assert np.allclose(heads.angles()[1], head_angles(turns[1]))
    assert heads.angles()[0][0] == pytest.approx(90)


def test_landmarks_are_turned_upright() -> None:
    assert np.array_equal(upwards(np.ones((1, 478, 3), np.float32))[0, 0], (1, -1, -1))


@pytest.mark.weights
def test_turned_heads_are_found() -> None:
    face = np.concatenate([canonical_face().vertices, np.zeros((10, 3))]).astype(float)
    turns = Rotation.from_euler("ZXY", [(5, 10, -20), (0, 0, 0)], degrees=True).as_matrix()
    seen = 3 * face @ turns.swapaxes(1, 2) + (100, -80, 2)
    heads = heads_of(face, seen)
    assert np.allclose(heads.turns, turns) and np.allclose(heads.scales, 3)
    assert np.allclose(heads.unposed(seen), face)
