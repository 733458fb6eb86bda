"""Is a face drawn or photographed?"""

import cv2
import numpy as np

from avatar_serving.avatars.textures import Pixels
from avatar_serving.drawings.colours import colours
from avatar_serving.drawings.measure import DrawnFace, measure
from avatar_serving.faces import Face, FaceFinder
from avatar_serving.faces.crop import crop_face

SIDE = 192
ALIKE, LEVEL = 3.0, 0.5
"""Difference from the skin's colour, and spread of lightness over 5 pixels, of one flat colour."""
MOST_ALIKE, MOST_LEVEL = 0.2, 0.15
"""Shares of a face above which it is drawn. Measured: photos up to .11 and .01, photos redrawn by
the anime style up to .15 and .17, drawings from .24 and .20."""
PRESENCE = 0.05
"""How sure the photo model must be of a drawn face."""


def is_drawn(picture: Pixels, face: Face) -> bool:
    """Whether the skin is of one colour, without grain."""
    crop = crop_face(picture, face, SIDE, 1.3)
    seen = colours(crop)
    # Outside the picture a crop is black.
    inside = seen.face & crop.rgb.any(-1)
    if not inside.any():
        return False
    light = seen.lab[..., 0]
    mean = cv2.blur(light, (5, 5))
    spread = np.sqrt(np.maximum(cv2.blur(light * light, (5, 5)) - mean * mean, 0))
    alike = np.linalg.norm(seen.lab - seen.skin, axis=-1) < ALIKE
    return bool(alike[inside].mean() > MOST_ALIKE and (spread < LEVEL)[inside].mean() > MOST_LEVEL)


def find_drawn(
    picture: Pixels, finder: FaceFinder, faces: list[Face]
) -> tuple[Face, DrawnFace] | None:
    """The largest face and its measures, if it is drawn. *faces*: those that were found as if in a
    photo; a drawing is looked at again with less doubt where there are none."""
    for face in (faces or finder.find(picture, presence=PRESENCE))[:1]:
        if is_drawn(picture, face):
            return face, measure(picture, face)
    return None
