"""Apparent age and gender of a face, by two small networks. Estimates of looks, nothing more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.faces import Face
from avatar_serving.faces.chip import chip, normalised
from avatar_serving.faces.litert import Floats
from avatar_serving.onnx import open_session

AGE_SIDE, GENDER_SIDE = 64, 32
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
        """Of one face of *image* (height, width, 3): means over alignments and mirrored faces."""
        ages = self._age.run(None, {"images": _chips(image, face, AGE_SIDE)})[0]
        genders = self._gender.run(None, {"images": _chips(image, face, GENDER_SIDE)})[0]
        years = np.concatenate([[0.25], np.arange(1, 81)])
        return Attributes(
            age=float(np.median(np.asarray(ages) @ years)),
            female=float(np.asarray(genders)[:, 0].mean()),
        )


def _chips(image: NDArray[np.uint8], face: Face, side: int) -> Floats:
    """(n, 3, side, side): the face aligned at several paddings, each also mirrored."""
    chips = [chip(image, face, side, padding) for padding in PADDINGS]
    return normalised(np.stack([*chips, *(straight[:, ::-1] for straight in chips)]))
