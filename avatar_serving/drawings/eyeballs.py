"""What is behind the lids of a drawn eye."""

import cv2
import numpy as np

from avatar_serving.avatars.eyes import Eye
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Pixels, grown, polygon_mask, shrunk, to_bytes, to_pixels

PALE, GREY = 150, 40
"""What is lighter than the one and no more colourful than the other (of 255) is the white."""
CORNERS = 1.3
"""How far around its opening an eye may show white, in its sizes."""
PALER = 1.08
"""How much lighter than skin it is at least."""
INSET = 0.04
"""How far inside the lids an eyeball is surely no lash, in eye widths."""
FEW = 0.03
"""Share of an eye that must be white for it to have a white at all."""


def drawn_eyeball(picture: Pixels, eye: Eye) -> Floats:
    """The picture with the eyeball completed under the lids: each column goes on up and down as it
    ends, and beside the opening is the white."""
    size = len(picture)
    ring = to_pixels(eye.ring, size)
    inset = max(2, round(INSET * float(np.ptp(ring[:, 0]))))
    seen = shrunk(polygon_mask(ring, size), inset)
    colours = picture.astype(np.float32)
    whole = np.empty_like(colours)
    used = np.flatnonzero(seen.any(0))
    if not used.size:
        return colours
    white = _white(colours[seen])
    whole[:] = white
    first = seen.argmax(0)
    last = size - 1 - seen[::-1].argmax(0)
    rows = np.arange(size)[:, None]
    nearest = np.clip(rows, first[used], last[used])
    whole[:, used] = colours[nearest, used]
    # Towards the corners the opening is so low that what is in it is mostly outline.
    low = (last - first)[used] < 0.25 * (last - first)[used].max()
    whole[:, used[low]] = white
    # Lashes leave their marks in some columns: as they go on they run into their neighbours.
    whole = np.asarray(cv2.GaussianBlur(whole, (0, 0), inset), np.float32)
    inside = polygon_mask(ring, size)
    whole[inside] = colours[inside]
    return whole


def _white(inside: Floats) -> Floats:
    """Of an eye that is a mere dot it is the dot's colour."""
    pale = (inside.mean(1) > PALE) & (np.ptp(inside, axis=1) < GREY)
    chosen = inside[pale] if pale.mean() > FEW else inside
    return np.median(chosen, axis=0)


def without_corners(image: Pixels, ring: Floats, skin: Floats) -> Pixels:
    """The image with what is white just outside an eye's opening, *ring* (n, 3) in image square
    units, made *skin* (3,): in the corners of a shut eye it would shine."""
    size = len(image)
    points = to_pixels(ring, size)
    middle = (points.min(0) + points.max(0)) / 2
    around = polygon_mask(middle + (points - middle) * CORNERS, size) & ~polygon_mask(points, size)
    pale = image.mean(2) > PALER * skin.mean()
    pale &= np.ptp(image, axis=2) < GREY + np.ptp(skin)
    spot = grown(around & pale, 1) & around
    return np.where(spot[..., None], to_bytes(skin), image)
