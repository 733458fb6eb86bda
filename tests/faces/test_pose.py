import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from avatar_serving.faces.canonical import canonical_face
from avatar_serving.faces.pose import head_angles, head_rotation

ANGLE = st.floats(-60, 60)


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Rz(-roll) Rx(-pitch) Ry(yaw), spelled out."""
    y, p, r = math.radians(yaw), math.radians(-pitch), math.radians(-roll)
    about_y = [[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]]
    about_x = [[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]]
    about_z = [[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]]
    return np.array(about_z) @ np.array(about_x) @ np.array(about_y)


@given(ANGLE, ANGLE, ANGLE)
def test_angles_invert_the_rotation(yaw: float, pitch: float, roll: float) -> None:
    assert head_angles(rotation(yaw, pitch, roll)) == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_signs_are_those_of_the_wire() -> None:
    nose, crown = np.array([0, 0, 1.0]), np.array([0, 1.0, 0])
    assert (rotation(20, 0, 0) @ nose)[0] > 0, "own left is right in the picture"
    assert (rotation(0, 20, 0) @ nose)[1] > 0, "up"
    assert (rotation(0, 0, 20) @ crown)[0] > 0, "leans to the own left"


@pytest.mark.weights
def test_pose_of_a_turned_canonical_face_is_found() -> None:
    face = canonical_face()
    turned = face.vertices @ rotation(15, -10, 5).T * 20 + (300, 200, 0)
    landmarks = (turned * (1, -1, -1)).astype(np.float32)
    assert head_angles(head_rotation(landmarks, face)) == pytest.approx((15, -10, 5), abs=0.01)
