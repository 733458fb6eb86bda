"""What is made plainer than it was sculpted."""

import numpy as np
import pytest

from avatar_serving.avatars.basis import JAW, face_basis
from avatar_serving.avatars.emphasis import emphasised
from avatar_serving.avatars.teeth import teeth
from avatar_serving.faces.topology import LIPS_OUTER
from avatar_serving.media import ARKIT

pytestmark = pytest.mark.weights
TOP, BOTTOM, LEFT_CORNER = LIPS_OUTER[15], LIPS_OUTER[5], LIPS_OUTER[10]


def shape(name: str) -> np.ndarray:
    return face_basis().shapes[ARKIT.index(name)]


def test_pressed_lips_are_thinner_and_do_not_smile() -> None:
    pressed = shape("mouthPressLeft") + shape("mouthPressRight")
    points = face_basis().points
    heights = [float(p[TOP, 1] - p[BOTTOM, 1]) for p in (points, points + pressed)]
    assert heights[1] < 0.85 * heights[0]
    assert pressed[LEFT_CORNER, 1] < 0.4 * shape("mouthSmileLeft")[LEFT_CORNER, 1]


def test_a_shape_that_does_not_move_is_not_made_to() -> None:
    points = face_basis().points
    made = emphasised(np.zeros((len(ARKIT), *points.shape), np.float32), points)
    still = [not name.startswith("mouthPress") for name in ARKIT]
    assert np.abs(made[still]).max() == 0 < np.abs(made).max()


@pytest.mark.parametrize("name", ["jawLeft", "jawRight", "jawOpen"])
def test_teeth_go_as_far_as_the_jaw_that_bears_them(name: str) -> None:
    chin, basis = 152, face_basis()
    place = np.append(basis.points[chin], 1)
    moved = basis.jaw[JAW.index(name)] @ place
    assert np.linalg.norm(moved - shape(name)[chin]) < 0.35 * np.linalg.norm(shape(name)[chin])


def test_lower_teeth_are_in_the_shade_of_the_upper_and_redder() -> None:
    edge, enamel = np.zeros(3, np.float32), (0.8, 0.8, 0.8)
    upper, lower = (teeth(edge, enamel, upper=up).colours for up in (True, False))
    assert lower.mean() < upper.mean()
    assert (lower[:, 0] > lower[:, 2]).all()
