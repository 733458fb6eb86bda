"""A face turned and scaled so that its eyes and nose lie where dlib's networks expect them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.face import Face

MEAN_RGB = (122.782, 117.001, 104.298)
"""What dlib's networks subtract before they divide by 256."""
EYES_AND_NOSE = (263, 362, 33, 133, 2)
"""Landmarks at the outer and inner corners of the eyes and under the nose."""
WHERE = np.array(
    [(0.8596, 0.2135), (0.6461, 0.2290), (0.1206, 0.2137), (0.3341, 0.2291), (0.4901, 0.6278)]
)
"""Where the networks expect them in a square without padding."""


def chip(image: NDArray[np.uint8], face: Face, side: int, padding: float) -> NDArray[np.uint8]:
    """(side, side, 3). *padding*: room on each side, as a share of the square without it."""
    here = (WHERE + padding) / (1 + 2 * padding) * side
    there = face.landmarks[list(EYES_AND_NOSE), :2].astype(np.float64) - 0.5
    back = _similarity(here, there)
    scale = float(np.linalg.norm(back[:, 0]))
    if scale > 1:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), scale / 2), np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, back, (side, side), flags=flags), np.uint8)


def normalised(chips: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, side, side, 3) pixels as (n, 3, side, side) inputs."""
    normal = (chips.astype(np.float32) - np.array(MEAN_RGB, np.float32)) / np.float32(256)
    return np.ascontiguousarray(normal.transpose(0, 3, 1, 2))


def _similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (2, 3) least-squares turn, scale and shift from one set of points to another."""
    a, b = source - source.mean(0), target - target.mean(0)
    turn = np.vdot(a @ (1, 1j), b @ (1, 1j)) / (a * a).sum()
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.c_[linear, target.mean(0) - linear @ source.mean(0)]
