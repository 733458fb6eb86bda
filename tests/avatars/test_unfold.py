"""Needs the mean face, which comes with the landmark models."""

import numpy as np
import pytest

from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.unfold import unfolded
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import LEFT_CHEEK, LIPS_INNER

pytestmark = pytest.mark.weights


def areas(points: np.ndarray) -> np.ndarray:
    surface = face_surface()
    a, b, c = surface.refined(points)[surface.triangles].transpose(1, 0, 2)
    return np.cross(b - a, c - a)[:, 2]


def test_a_point_pushed_past_its_neighbours_is_brought_back() -> None:
    face = canonical_mesh()[0]
    shape = np.zeros((1, 468, 3))
    shape[0, LEFT_CHEEK, 0] = 4.0
    front = areas(face) > 0
    assert (areas(face + shape[0])[front] < 0).any()
    assert not (areas(face + unfolded(shape, face)[0])[front] < 0).any()


def test_what_folds_nothing_stays_as_it_is() -> None:
    face = canonical_mesh()[0]
    shape = np.zeros((1, 468, 3))
    shape[0, :, 1] = 0.5
    np.testing.assert_array_equal(unfolded(shape, face), shape)


def test_seams_stay_where_other_correctives_put_them() -> None:
    face = canonical_mesh()[0]
    shape = np.zeros((1, 468, 3))
    shape[0, LIPS_INNER[5], 1] = -1.0
    moved = unfolded(shape, face)
    np.testing.assert_array_equal(moved[0, list(LIPS_INNER)], shape[0, list(LIPS_INNER)])
