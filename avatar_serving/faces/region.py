"""Squares around faces, and what is in them."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.detect import Detection
from avatar_serving.faces.litert import Floats
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE

MARGIN = 1.5
"""The square is this much larger than what is known of the face."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rotated square of an image, in its pixels, the first of which covers 0..1."""

    x: float
    """Of the centre."""
    y: float
    side: float
    angle: float
    """Radians by which the line from right to left eye falls (positive: clockwise in the image)."""

    def to_image(self, points: Floats, side: int) -> Floats:
        """Points (n, 2) of the upright square of *side* pixels, as points of the image."""
        centred = (points - side / 2) * (self.side / side)
        return (centred @ _rotation(self.angle).T + (self.x, self.y)).astype(np.float32)

    def from_image(self, points: Floats, side: int) -> Floats:
        """The inverse of *to_image*."""
        upright = (points - (self.x, self.y)) @ _rotation(self.angle)
        return (upright * (side / self.side) + side / 2).astype(np.float32)


def region_of_detection(found: Detection) -> Region:
    """Square around the found face, turned so that its eyes are level."""
    dx, dy = found.left_eye[0] - found.right_eye[0], found.left_eye[1] - found.right_eye[1]
    return Region(
        found.x + found.width / 2,
        found.y + found.height / 2,
        max(found.width, found.height) * MARGIN,
        math.atan2(dy, dx),
    )


def region_of_landmarks(landmarks: Floats, margin: float = MARGIN) -> Region:
    """The upright square around *landmarks* (n, 2 or more), in pixels, *margin* times as large."""
    dx, dy = landmarks[LEFT_EYE[0], :2] - landmarks[RIGHT_EYE[0], :2]
    angle = math.atan2(dy, dx)
    turn = _rotation(angle)
    upright = landmarks[:, :2] @ turn
    low, high = upright.min(0), upright.max(0)
    centre = turn @ ((low + high) / 2)
    return Region(float(centre[0]), float(centre[1]), float((high - low).max()) * margin, angle)


def cut(image: NDArray[np.uint8], region: Region, side: int) -> NDArray[np.uint8]:
    """The region, upright, as a square of *side* pixels; black outside the image.

    A region much larger than *side* is averaged down first, so that no pixel is skipped.
    """
    part, x0, y0 = _surroundings(image, region)
    if part.size == 0:
        return np.zeros((side, side, 3), np.uint8)
    ratio = np.ones(2)
    if (shrink := 1.5 * side / region.side) < 1:
        size = (max(1, round(part.shape[1] * shrink)), max(1, round(part.shape[0] * shrink)))
        ratio = np.array([part.shape[1] / size[0], part.shape[0] / size[1]])
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    back = _rotation(region.angle) * (region.side / side)
    corner = np.array([region.x - x0, region.y - y0]) - back @ np.full(2, side / 2)
    back, corner = back / ratio[:, None], corner / ratio
    corner += back @ (0.5, 0.5) - 0.5  # OpenCV counts from the middle of the first pixel
    warped = cv2.warpAffine(
        part, np.c_[back, corner], (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(warped, np.uint8)


def _surroundings(image: NDArray[np.uint8], region: Region) -> tuple[NDArray[np.uint8], int, int]:
    """The part of the image that holds the region at any angle, and where it begins."""
    reach = region.side * 0.75
    x0, y0 = max(0, int(region.x - reach)), max(0, int(region.y - reach))
    x1, y1 = max(0, int(region.x + reach) + 2), max(0, int(region.y + reach) + 2)
    return image[y0:y1, x0:x1], x0, y0


def _rotation(angle: float) -> NDArray[np.float64]:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])
