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
MOST_FLAT, MOST_ABOVE = 0.22, 0.08
"""Shares above which a face is drawn: of what is both, below the nose's bridge, and of what is one
or the other above it, or else a mouth stands in it: a mask makes no drawing of a photo. Measured:
photos up to .15 of the first, redrawn by the anime style .08; drawings from .32, masks .47."""
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
    if is_line_art(crop, seen):
        return True
    below, above = flat_shares(crop, seen)
    if below <= MOST_FLAT:
        return False
    # A fringe may hide all skin above the eyes. What covers it below them covers the mouth as well.
    return above > MOST_ABOVE or measure(picture, face).mouth is not None


def is_line_art(crop: FaceCrop, seen: Colours) -> bool:
    """Whether a face is white up to its lines. In an overexposed photo white fades into skin."""
    white = (crop.rgb >= WHITE).all(-1) & seen.face
    if white.sum() < MOST_WHITE * seen.face.sum():
        return False
    rim = white & (cv2.erode(white.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    rim &= cv2.erode(seen.face.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    fall = seen.lab[..., 0] - cv2.erode(seen.lab[..., 0], np.ones((5, 5), np.uint8))
    return bool(rim.any() and (fall[rim] > INKED).mean() > MOST_INKED)


def flat_shares(crop: FaceCrop, seen: Colours) -> tuple[float, float]:
    """How much of the face below the nose's bridge is of the skin's colour and level, and how much
    above it is one or the other."""
    # Outside the picture a crop is black.
    inside = seen.face & crop.rgb.any(-1) & ((crop.rgb >= CLIPPED).sum(-1) < 2)
    over = np.arange(len(crop.rgb))[:, None] < crop.points[BRIDGE, 1]
    upper, lower = inside & over, inside & ~over
    if min(upper.sum(), lower.sum()) < FEWEST:
        return 0.0, 0.0
    light = seen.lab[..., 0]
    mean = cv2.blur(light, (5, 5))
    spread = np.sqrt(np.maximum(cv2.blur(light * light, (5, 5)) - mean * mean, 0))
    alike = np.linalg.norm(seen.lab - seen.skin, axis=-1) < ALIKE
    level = spread < LEVEL * min(1.0, float(light[inside].std()) / USUAL)
    return float((alike & level)[lower].mean()), float((alike | level)[upper].mean())


def find_drawn(
    picture: Pixels, finder: FaceFinder, faces: list[Face]
) -> tuple[Face, DrawnFace] | None:
    """The largest face and its measures, if it is drawn. *faces*: those that were found as if in a
    photo; a drawing is looked at again with less doubt where there are none."""
    for face in (faces or finder.find(picture, presence=PRESENCE))[:1]:
        if is_drawn(picture, face):
            return face, measure(picture, face)
    return None
