"""Colours for the inside of the mouth, from what the photo shows."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.mouth import MouthColours
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import polygon_mask, shrunk, to_pixels

ENAMEL = np.array([226, 216, 200], np.float32) / 255
CHEEKS = (116, 117, 118, 101, 36, 205, 187, 123)
WELL_LIT = 0.66
"""Brightness of the cheeks in an evenly lit picture."""


def mouth_colours(picture: NDArray[np.uint8], face: Floats, lips: Floats | None) -> MouthColours:
    """*face* (468, 3) and, where the mouth is open, its *lips* ring, in image square units."""
    size = picture.shape[0]
    colours = picture.astype(np.float32) / 255
    cheek = polygon_mask(to_pixels(face[list(CHEEKS)], size), size)
    level = float(colours[cheek].mean()) if cheek.any() else WELL_LIT
    light = float(np.clip(level / WELL_LIT, 0.55, 1.0))
    enamel = ENAMEL
    if lips is not None:
        enamel = _seen_teeth(colours, polygon_mask(to_pixels(lips, size), size), light)
    return MouthColours((float(enamel[0]), float(enamel[1]), float(enamel[2])), light)


def _seen_teeth(colours: Floats, opening: NDArray[np.bool_], light: float) -> Floats:
    """The brightest part of the opening, if it is as pale as teeth are."""
    inside = colours[shrunk(opening, 2)]
    if len(inside) < 60:
        return ENAMEL
    bright = inside[np.argsort(inside.mean(1))[-len(inside) // 3 :]]
    teeth = np.median(bright, axis=0) / light
    pale = teeth.min() > 0.4 and np.ptp(teeth) < 0.3
    return 0.9 * teeth + 0.1 * ENAMEL if pale else ENAMEL
