"""Apparent age and gender of a face, by two small networks. Estimates of looks, nothing more."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.faces import Face
from avatar_serving.faces.litert import Floats
from avatar_serving.onnx import open_session

MEAN_RGB = (122.782, 117.001, 104.298)
AGE_SIDE, GENDER_SIDE = 64, 32

EYES_AND_NOSE = (263, 362, 33, 133, 2)
"""Landmarks at the outer and inner corners of the eyes and under the nose."""
WHERE = np.array(
    [(0.8596, 0.2135), (0.6461, 0.2290), (0.1206, 0.2137), (0.3341, 0.2291), (0.4901, 0.6278)]
)
"""Where the networks expect them in a square without padding."""
PADDINGS = (0.14, 0.2, 0.26)
"""The networks are trained at 0.2; averaging around it steadies them."""


@dataclass(frozen=True, slots=True)
class Attributes:
    age: float
    """Years. On good portraits mostly within 10 of the truth."""
    female: float
    """0..1, how much the face looks like a woman's to the network."""


class AttributeModels:
    def __init__(self) -> None:
        self._age = open_session(weights.path("age"))
        self._gender = open_session(weights.path("gender"))

    def estimate(self, image: NDArray[np.uint8], face: Face) -> Attributes:
        ages = self._age.run(None, {"images": _chips(image, face, AGE_SIDE)})[0]
        genders = self._gender.run(None, {"images": _chips(image, face, GENDER_SIDE)})[0]
        years = np.concatenate([[0.25], np.arange(1, 81)])
        return Attributes(
            age=float(np.median(np.asarray(ages) @ years)),
            female=float(np.asarray(genders)[:, 0].mean()),
        )


def _chips(image: NDArray[np.uint8], face: Face, side: int) -> Floats:
    """(n, 3, side, side): the face aligned at several paddings, each also mirrored."""
    chips = [_chip(image, face, side, padding) for padding in PADDINGS]
    both = np.stack([*chips, *(chip[:, ::-1] for chip in chips)]).astype(np.float32)
    normal = (both - np.array(MEAN_RGB, np.float32)) / np.float32(256)
    return np.ascontiguousarray(normal.transpose(0, 3, 1, 2))


def _chip(image: NDArray[np.uint8], face: Face, side: int, padding: float) -> NDArray[np.uint8]:
    here = (WHERE + padding) / (1 + 2 * padding) * side
    there = face.landmarks[list(EYES_AND_NOSE), :2].astype(np.float64) - 0.5
    back = _similarity(here, there)
    scale = float(np.linalg.norm(back[:, 0]))
    if scale > 1:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), scale / 2), np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, back, (side, side), flags=flags), np.uint8)


def _similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (2, 3) least-squares turn, scale and shift from one set of points to another."""
    a, b = source - source.mean(0), target - target.mean(0)
    turn = np.vdot(a @ (1, 1j), b @ (1, 1j)) / (a * a).sum()
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.c_[linear, target.mean(0) - linear @ source.mean(0)]
