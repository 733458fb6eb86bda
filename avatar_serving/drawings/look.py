"""Is a face drawn or photographed?"""

import cv2
import numpy as np

from avatar_serving.avatars.textures import Pixels
from avatar_serving.drawings.colours import Colours, colours
from avatar_serving.drawings.measure import DrawnFace, measure
from avatar_serving.faces import Face, FaceFinder
from avatar_serving.faces.crop import FaceCrop, crop_face
from avatar_serving.faces.topology import BRIDGE

SIDE = 192
FEWEST = 200
"""Pixels of each half of a face to judge by."""
ALIKE, LEVEL = 3.0, 0.5
"""Difference from the skin's colour, and spread of lightness over 5 pixels, of one flat colour."""
MOST_ALIKE, MOST_LEVEL, MOST_ABOVE = 0.2, 0.2, 0.08
"""Shares above which a face is drawn: of that colour, level below the nose's bridge, and one
or the other above it, so that a mask makes no drawing of a photo. Measured: photos up to .24 of
one of the first two, at worst .17 with .24; redrawn by the anime style up to .15 with .21; drawings
from .25 with .39."""
USUAL = 14.0
"""Spread of lightness over a face that LEVEL is meant for; a dark photo has less of it."""
CLIPPED = 254
"""What has two channels this bright was too bright for the camera."""
WHITE, MOST_WHITE = 245, 0.5
"""All channels from which a pixel is white, and the share of white in the face of line art."""
INKED, MOST_INKED = 40.0, 0.6
"""By how much lightness falls within two pixels of white where a line bounds it, and the share of
the white's rim for which it does. Measured: photos, up to five times overexposed, up to .33; line
art from .75."""
PRESENCE = 0.05
"""How sure the photo model must be of a drawn face."""


def is_drawn(picture: Pixels, face: Face) -> bool:
    """Whether the skin is of one colour without grain, or white between lines."""
    crop = crop_face(picture, face, SIDE, 1.3)
    seen = colours(crop)
    return _is_flat(crop, seen) or is_line_art(crop, seen)


def is_line_art(crop: FaceCrop, seen: Colours) -> bool:
    """Whether a face is white up to its lines. In an overexposed photo white fades into skin."""
    white = (crop.rgb >= WHITE).all(-1) & seen.face
    if white.sum() < MOST_WHITE * seen.face.sum():
        return False
    rim = white & (cv2.erode(white.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    rim &= cv2.erode(seen.face.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    fall = seen.lab[..., 0] - cv2.erode(seen.lab[..., 0], np.ones((5, 5), np.uint8))
    return bool(rim.any() and (fall[rim] > INKED).mean() > MOST_INKED)


def _is_flat(crop: FaceCrop, seen: Colours) -> bool:
    # Outside the picture a crop is black.
    inside = seen.face & crop.rgb.any(-1) & ((crop.rgb >= CLIPPED).sum(-1) < 2)
    above = np.arange(SIDE)[:, None] < crop.points[BRIDGE, 1]
    upper, lower = inside & above, inside & ~above
    if min(upper.sum(), lower.sum()) < FEWEST:
        return False
    light = seen.lab[..., 0]
    mean = cv2.blur(light, (5, 5))
    spread = np.sqrt(np.maximum(cv2.blur(light * light, (5, 5)) - mean * mean, 0))
    alike = np.linalg.norm(seen.lab - seen.skin, axis=-1) < ALIKE
    level = spread < LEVEL * min(1.0, float(light[inside].std()) / USUAL)
    return bool(
        alike[inside].mean() > MOST_ALIKE
        and level[lower].mean() > MOST_LEVEL
        and (alike | level)[upper].mean() > MOST_ABOVE
    )


def find_drawn(
    picture: Pixels, finder: FaceFinder, faces: list[Face]
) -> tuple[Face, DrawnFace] | None:
    """The largest face and its measures, if it is drawn. *faces*: those that were found as if in a
    photo; a drawing is looked at again with less doubt where there are none."""
    for face in (faces or finder.find(picture, presence=PRESENCE))[:1]:
        if is_drawn(picture, face):
            return face, measure(picture, face)
    return None
