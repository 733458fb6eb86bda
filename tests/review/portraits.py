"""The astronaut, changed in one way at a time."""

from collections.abc import Sequence

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from avatar_serving.faces import Face, topology

LOWER = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 5)


def astronaut() -> NDArray[np.uint8]:
    return np.array(skimage.data.astronaut(), np.uint8)


def face_at(width: float, pose: tuple[float, float, float] = (0, 0, 0)) -> Face:
    return Face((0, 0, width, width), np.zeros((478, 3), np.float32), 1.0, {}, pose)


def paint(
    image: NDArray[np.uint8], face: Face, ring: Sequence[int], scale: float, colour: Sequence[int]
) -> NDArray[np.uint8]:
    """A copy with what *ring* encloses, *scale* times as large, in one colour."""
    points = face.landmarks[list(ring), :2]
    points = (points - points.mean(0)) * scale + points.mean(0)
    painted = image.copy()
    cv2.fillPoly(painted, [np.round(points).astype(np.int32)], [int(c) for c in colour])
    return painted


def sunglasses(image: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
    dark = paint(image, face, topology.LEFT_EYE, 2.6, (22, 20, 24))
    return paint(dark, face, topology.RIGHT_EYE, 2.6, (22, 20, 24))


def mask(image: NDArray[np.uint8], face: Face, colour: Sequence[int]) -> NDArray[np.uint8]:
    return paint(image, face, LOWER, 1.03, colour)


def blurred(image: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def brightness(image: NDArray[np.uint8], gain: float, offset: float = 0) -> NDArray[np.uint8]:
    return (image.astype(np.float32) * gain + offset).clip(0, 255).astype(np.uint8)


def shaken(image: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """As by a camera that moved so many pixels along a slant."""
    kernel = np.eye(length, dtype=np.float32) / length
    return np.asarray(cv2.filter2D(image, -1, kernel), np.uint8)
