"""Which way a head is turned, from its landmarks."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.canonical import CanonicalFace
from avatar_serving.faces.litert import Floats


def head_rotation(landmarks: Floats, face: CanonicalFace) -> NDArray[np.float64]:
    """The rotation (3, 3) that turns the canonical face as the landmarks are turned.

    Axes: x right in the image, y up, z towards the viewer. The scale and place that go with it
    are those of the weighted least-squares similarity over the rigid landmarks.
    """
    share = (face.rigid_weights / face.rigid_weights.sum()).astype(np.float64)[:, None]
    model = face.vertices[face.rigid].astype(np.float64)
    seen = landmarks[face.rigid].astype(np.float64) * (1, -1, -1)
    model -= (model * share).sum(0)
    seen -= (seen * share).sum(0)
    left, _, right = np.linalg.svd((seen * share).T @ model)
    mirror = np.diag([1.0, 1.0, np.linalg.det(left @ right)])
    return left @ mirror @ right


def head_angles(rotation: NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees, with the signs of ``media.HEAD``.

    The inverse of rotation = Rz(-roll) Rx(-pitch) Ry(yaw).
    """
    yaw = np.arctan2(-rotation[2, 0], rotation[2, 2])
    pitch = np.arcsin(np.clip(-rotation[2, 1], -1, 1))
    roll = np.arctan2(rotation[0, 1], rotation[1, 1])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))
