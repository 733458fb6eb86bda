"""Colours for the inside of the mouth, from what the photo shows."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.mouth import MouthColours
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import polygon_mask, shrunk, to_pixels
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE

ENAMEL = 0.84
"""Brightness of teeth in good light."""
CHEEKS = (116, 117, 118, 101, 36, 205, 187, 123)
WELL_LIT, WHITE_LIT = 0.66, 0.8
"""Brightness of the cheeks, and of the whites of eyes, in an evenly lit picture."""
DIMMEST = 0.35
WHITES = (0.75, 0.95)
"""Between which shares of an eye's pixels by brightness its white is: below it are iris and lids,
above it what shines."""
FEWEST = 40
"""Pixels of an eye from which on the colour of its white is believed."""
TINTED, MOST_TINTED = 0.7, 1.5
"""Power of the white's red over its blue that teeth have, for lids redden it; and the most of it
that is believed. Its green is not: veins take some, light does not."""


def mouth_colours(picture: NDArray[np.uint8], face: Floats, lips: Floats | None) -> MouthColours:
    """*face* (468, 3) and, where the mouth is open, its *lips* ring, in image square units."""
    size = picture.shape[0]
    colours = picture.astype(np.float32) / 255
    cheek = polygon_mask(to_pixels(face[list(CHEEKS)], size), size)
    level = float(colours[cheek].mean()) if cheek.any() else WELL_LIT
    white = _white(colours, face)
    light = float(np.clip(max(level / WELL_LIT, white.mean() / WHITE_LIT), DIMMEST, 1.0))
    enamel = ENAMEL * _hue(white)
    if lips is not None:
        opening = polygon_mask(to_pixels(lips, size), size)
        enamel = _seen_teeth(colours, opening, light, enamel)
    return MouthColours((float(enamel[0]), float(enamel[1]), float(enamel[2])), light)


def _white(colours: Floats, face: Floats) -> Floats:
    """(3,): the whites of the eyes, which are lit as teeth are; black where too little is seen."""
    size = len(colours)
    eyes = np.zeros((size, size), bool)
    for ring in (RIGHT_EYE, LEFT_EYE):
        eyes |= shrunk(polygon_mask(to_pixels(face[list(ring)], size), size), 1)
    inside = colours[eyes]
    if len(inside) < FEWEST:
        return np.zeros(3, np.float32)
    low, high = (round(share * len(inside)) for share in WHITES)
    return np.median(inside[np.argsort(inside.mean(1))[low:high]], axis=0)


def _hue(white: Floats) -> Floats:
    """(3,): of teeth beside such a *white*, 1 on average."""
    red, _, blue = np.maximum(white, 1e-3)
    warmth = np.clip(red / blue, 1 / MOST_TINTED, MOST_TINTED) ** (TINTED / 2)
    hue = np.array([warmth, 1, 1 / warmth], np.float32)
    return hue / hue.mean()


def _seen_teeth(
    colours: Floats, opening: NDArray[np.bool_], light: float, enamel: Floats
) -> Floats:
    """The brightest part of the opening, if it is as pale as teeth are; else *enamel*."""
    inside = colours[shrunk(opening, 2)]
    if len(inside) < 60:
        return enamel
    bright = inside[np.argsort(inside.mean(1))[-len(inside) // 3 :]]
    teeth = np.median(bright, axis=0) / light
    pale = teeth.min() > 0.4 and np.ptp(teeth) < 0.3
    return 0.9 * teeth + 0.1 * enamel if pale else enamel
