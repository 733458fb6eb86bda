"""Words for colours."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.litert import Floats

PALETTE = {
    "black": (20, 20, 22), "dark grey": (70, 70, 72), "grey": (128, 128, 128),
    "light grey": (190, 190, 192), "white": (245, 245, 245), "red": (200, 30, 35),
    "dark red": (110, 20, 30), "orange": (235, 110, 30), "brown": (105, 65, 35),
    "beige": (215, 190, 155), "yellow": (240, 210, 50), "olive": (105, 105, 40),
    "green": (45, 140, 60), "dark green": (25, 70, 40), "light green": (150, 210, 140),
    "teal": (20, 125, 130), "light blue": (150, 195, 230), "blue": (40, 85, 190),
    "navy": (25, 30, 70), "purple": (110, 50, 140), "lilac": (190, 160, 215),
    "pink": (240, 150, 175), "magenta": (205, 40, 130),
}  # fmt: skip

HAIR = {
    "black": (28, 25, 24), "dark brown": (62, 45, 34), "brown": (101, 74, 52),
    "light brown": (146, 112, 78), "blond": (200, 165, 112), "red": (150, 72, 38),
    "grey": (130, 128, 126), "white": (212, 208, 204),
}  # fmt: skip

MAX_SAMPLE = 4000


def to_lab(rgb: NDArray[np.uint8]) -> Floats:
    """CIE Lab, lightness 0..100, of an array (..., 3)."""
    flat = np.divide(rgb.reshape(1, -1, 3), 255, dtype=np.float32)
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2LAB), np.float32).reshape(rgb.shape)


def main_colours(lab: Floats, most: int = 2, share: float = 0.22) -> list[str]:
    """The names that cover at least *share* of the colours (n, 3) each, the commonest first.

    Lightness counts half: the folds and shadows of a cloth are of its colour.
    """
    if len(lab) == 0:
        return []
    names, nearest = _nearest(_sample(lab), PALETTE, lightness=0.5)
    counts = np.bincount(nearest, minlength=len(names)) / len(nearest)
    order = np.argsort(-counts, kind="stable")[:most]
    wanted = [names[i] for i in order if counts[i] >= share]
    return wanted or [names[order[0]]]


def hair_colour(lab: Floats) -> str:
    """The name for the typical one of the colours (n, 3)."""
    names, nearest = _nearest(np.median(lab, axis=0)[None], HAIR, lightness=1.0)
    return names[nearest[0]]


def _nearest(
    lab: Floats, palette: dict[str, tuple[int, int, int]], lightness: float
) -> tuple[list[str], NDArray[np.intp]]:
    weight = np.array([lightness, 1, 1], np.float32)
    known = to_lab(np.array(list(palette.values()), np.uint8))
    distance = np.linalg.norm((lab[:, None] - known) * weight, axis=-1)
    return list(palette), distance.argmin(1)


def _sample(lab: Floats) -> Floats:
    return lab[:: max(1, len(lab) // MAX_SAMPLE)]
