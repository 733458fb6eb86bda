"""Where the parts of one face are: MediaPipe's 478-point model on a square around it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from avatar_serving import weights
from avatar_serving.faces.detect import Detection
from avatar_serving.faces.litert import Floats, LiteModel
from avatar_serving.faces.topology import BLENDSHAPE_INPUT, BLENDSHAPE_OUTPUT, LEFT_EYE, RIGHT_EYE

SIDE = 256
MARGIN = 1.5
"""The square is this much larger than what is known of the face."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rotated square of the image, in its pixels."""

    x: float
    """Of the centre."""
    y: float
    side: float
    angle: float
    """Radians by which the line from right to left eye falls (positive: clockwise in the image)."""


def region_of_detection(found: Detection) -> Region:
    dx, dy = found.left_eye[0] - found.right_eye[0], found.left_eye[1] - found.right_eye[1]
    return Region(
        found.x + found.width / 2,
        found.y + found.height / 2,
        max(found.width, found.height) * MARGIN,
        math.atan2(dy, dx),
    )


def region_of_landmarks(landmarks: Floats) -> Region:
    dx, dy = landmarks[LEFT_EYE[0], :2] - landmarks[RIGHT_EYE[0], :2]
    angle = math.atan2(dy, dx)
    turn = _rotation(angle)
    upright = landmarks[:, :2] @ turn
    low, high = upright.min(0), upright.max(0)
    centre = turn @ ((low + high) / 2)
    return Region(float(centre[0]), float(centre[1]), float((high - low).max()) * MARGIN, angle)


class LandmarkModel:
    def __init__(self) -> None:
        self._model = LiteModel(weights.path("face-landmarks"))

    def run(self, image: NDArray[np.uint8], region: Region) -> tuple[Floats, float]:
        """(478, 3) points in image pixels, and how sure it is (0..1) that this is a face."""
        crop = cut(image, region, SIDE)
        outputs = self._model.run(np.divide(crop, 255, dtype=np.float32))
        points = outputs["Identity"].reshape(478, 3) * (region.side / SIDE)
        points[:, :2] -= region.side / 2
        points[:, :2] = points[:, :2] @ _rotation(region.angle).T + (region.x, region.y)
        return points.astype(np.float32), float(expit(outputs["Identity_1"].item()))


class BlendshapeModel:
    def __init__(self) -> None:
        self._model = LiteModel(weights.path("face-blendshapes"))

    def run(self, landmarks: Floats) -> dict[str, float]:
        scores = self._model.run(landmarks[list(BLENDSHAPE_INPUT), :2]).popitem()[1]
        return dict(zip(BLENDSHAPE_OUTPUT, (float(s) for s in scores.ravel()), strict=True))


def cut(image: NDArray[np.uint8], region: Region, side: int) -> NDArray[np.uint8]:
    """The region, upright, as a square of *side* pixels; black outside the image.

    A region much larger than *side* is averaged down first, so that no pixel is skipped.
    """
    shrink = min(1.0, 1.5 * side / region.side)
    reach = region.side * 0.75
    x0, y0 = max(0, int(region.x - reach)), max(0, int(region.y - reach))
    part = image[y0 : int(region.y + reach) + 2, x0 : int(region.x + reach) + 2]
    if part.size == 0:
        return np.zeros((side, side, 3), np.uint8)
    if shrink < 1:
        size = (max(1, round(part.shape[1] * shrink)), max(1, round(part.shape[0] * shrink)))
        ratio = np.array([part.shape[1] / size[0], part.shape[0] / size[1]])
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    else:
        ratio = np.ones(2)
    back = _rotation(region.angle) * (region.side / side)
    corner = np.array([region.x - x0, region.y - y0]) - back @ np.full(2, side / 2)
    back, corner = back / ratio[:, None], corner / ratio
    corner += back @ (0.5, 0.5) - 0.5  # OpenCV counts from the middle of the first pixel
    warped = cv2.warpAffine(
        part, np.c_[back, corner], (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(warped, np.uint8)


def _rotation(angle: float) -> NDArray[np.float64]:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])
