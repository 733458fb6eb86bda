"""What can be measured of any picture, with or without a face: no model looks at it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.litert import Floats
from avatar_serving.stages.vlm.colours import main_colours, to_lab

_SIDE = 256
_DARK, _BRIGHT = 35.0, 65.0
"""Lightness (0..100) of the middle pixel."""
_FLAT = 6.0
"""Spread of lightness below which there is hardly anything to see."""
_GREY = 6.0
"""Colourfulness below which a picture is black and white."""


def measured_scene(rgb: NDArray[np.uint8]) -> str:
    """Such as 'a wide, bright picture, light blue above, green below'.

    *rgb*: (height, width, 3).
    """
    lab = to_lab(_small(rgb))
    light = lab[..., 0]
    parts = [f"{_shape(*rgb.shape[:2])}, {_light(float(np.median(light)))} picture"]
    if float(light.std()) < _FLAT:
        parts.append(f"all {_colour(lab)}")
    elif float(np.abs(lab[..., 1:]).mean()) < _GREY:
        parts.append("black and white")
    else:
        parts += _places(lab)
    return ", ".join(parts)


def _small(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(rgb, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _shape(height: int, width: int) -> str:
    if width > 1.15 * height:
        return "a wide"
    return "a tall" if height > 1.15 * width else "a square"


def _light(median: float) -> str:
    return "dark" if median < _DARK else "bright" if median > _BRIGHT else "evenly lit"


def _places(lab: Floats) -> list[str]:
    third = _SIDE // 3
    where = {
        "above": _colour(lab[:third]),
        "in the middle": _colour(lab[third : 2 * third, third : 2 * third]),
        "below": _colour(lab[2 * third :]),
    }
    if len(set(where.values())) == 1:
        return [f"mostly {where['above']}"]
    return [f"{colour} {place}" for place, colour in where.items()]


def _colour(lab: Floats) -> str:
    return " and ".join(main_colours(lab.reshape(-1, 3)))
