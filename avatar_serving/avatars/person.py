"""Which pixels are the person: what the network says, where ears are, and loose strands of hair."""

import cv2
import numpy as np

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.skull import head_of, silhouette
from avatar_serving.avatars.strands import strands
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.textures import (
    FAINT,
    Mask,
    Pixels,
    fill,
    grown,
    largest,
    polygon_mask,
    shrunk,
    to_pixels,
)
from avatar_serving.faces.matte import person_matte
from avatar_serving.faces.topology import NOSE_TIP

AROUND = 1 / 60
"""How far around a person nothing is taken for background, in picture sides."""
SURE = (0.03, 0.05)
"""How far inside the outline of cheeks and jaw all is face, from somewhat to entirely, in face
widths."""
CHEEKS = 0.45
"""Where they begin, in heights of the face from its upper end."""
UNLIKE = 18.0
"""Difference (of 255) from the background from which on skin is told from it; twice as much is
sure."""
SKIN = 3.0
"""How far from the colour of the face ears are, in its standard deviations."""
LEVEL = (0.1, 0.75)
"""Between which heights of the face, from its upper end, ears are."""
LEAST_SPREAD = 4.0
"""Of the colour of a face, in CIELAB."""


def person(image: Pixels, fitted: Fit) -> Floats:
    """(size, size), 0..1: how much of each pixel is the person. All of the face is, but for the rim
    of cheeks and jaw: landmarks lie a little beside them, and a strip of wall on a cheek is drawn
    out when the head turns."""
    size = len(image)
    rim = _rim(fitted)
    face = face_mask(fitted, size)
    width = float(np.ptp(rim[:, 0]))
    matte = np.maximum(sure(face, width * size), person_matte(image))
    head = silhouette(head_of(fitted, width), size)
    rows = np.flatnonzero(face.any(1))
    first, last = (rows[0] + np.array(LEVEL) * len(rows)).astype(int)
    head[:first] = head[last:] = False
    matte = np.maximum(matte, ears(image, matte, face, head))
    loose = strands(image, matte, max(0, round((0.5 - float(fitted.rest[NOSE_TIP, 1])) * size)))
    hull = cv2.convexHull(to_pixels(fitted.rest, size).astype(np.float32))
    skin = grown(polygon_mask(np.asarray(hull, np.float32)[:, 0], size), round(AROUND * size))
    return np.maximum(matte, np.where(skin, 0, loose))


def sure(face: Mask, width_px: float) -> Floats:
    """(size, size), 0..1: what of the *face* is face whatever it looks like:
    brow and temples, which light may bleach, and cheeks and jaw but for their rim."""
    rows = np.flatnonzero(face.any(1))
    inside = cv2.distanceTransform(face.astype(np.uint8), cv2.DIST_L2, 5)
    low, high = (depth * width_px for depth in SURE)
    share = np.clip((inside - low) / (high - low), 0, 1).astype(np.float32)
    cheeks = rows[round(CHEEKS * (len(rows) - 1))]
    share[:cheeks] = face[:cheeks]
    return share


def face_mask(fitted: Fit, size: int) -> Mask:
    """(size, size): what is within the outline of the face."""
    return polygon_mask(to_pixels(_rim(fitted), size), size)


def _rim(fitted: Fit) -> Floats:
    return face_surface().refined(fitted.rest)[face_surface().oval]


def ears(image: Pixels, matte: Floats, face: Mask, head: Mask) -> Floats:
    """What beside the face, within the *head*, has the colour of the *face* and not that of the
    background: ears that the network cut off."""
    reach = round(AROUND * len(image))
    known = ~grown((matte > FAINT) | head, reach)
    if not known.any():
        return matte
    behind = fill(image.astype(np.float32), known.astype(np.float32))
    unlike = largest(np.abs(image - behind))
    colour = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[..., 1:].astype(np.float32)
    usual, spread = np.median(colour[face], 0), colour[face].std(0)
    off = np.abs(colour - usual) / np.maximum(spread, LEAST_SPREAD)
    share = np.clip(unlike / UNLIKE - 1, 0, 1) * (largest(off) < SKIN)
    share = np.where(shrunk(head, max(1, reach // 2)), share, 0).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(cv2.medianBlur(share, 5), (0, 0), 1), np.float32)
