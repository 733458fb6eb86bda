"""What is behind the lids of a drawn eye."""

from dataclasses import dataclass

import cv2
import numpy as np

from avatar_serving.avatars.eyes import Eye
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import (
    Mask,
    Pixels,
    grown,
    polygon_mask,
    shrunk,
    to_bytes,
    to_pixels,
)

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
WIDEST = 1.25
"""How much wider than measured an iris may be."""
SHORTEST, TALLEST = 0.7, 1.8
"""Its height over what is seen of it."""
FREE_PX, FEWEST = 1, 6
"""Width of the white beside an iris, and fewest rows with it, that tell its outline."""


@dataclass(frozen=True, slots=True)
class Ellipse:
    """In pixels."""

    x: float
    y: float
    half_width: float
    half_height: float


def drawn_eyeball(picture: Pixels, eye: Eye) -> Floats:
    """The picture with the eyeball completed under the lids: the iris goes on to its own outline,
    each column as it ends, and around it is the white. What lies along the lids' edge is of their
    lines, which an eyeball that looks aside must not take with it."""
    size = len(picture)
    ring = to_pixels(eye.ring, size)
    inset = max(2, round(INSET * float(np.ptp(ring[:, 0]))))
    seen = shrunk(polygon_mask(ring, size), inset)
    colours = picture.astype(np.float32)
    if not seen.any():
        return colours
    white = _white(colours[seen])
    whole = _columns(colours, seen, white, inset)
    outline = _iris(colours, seen, eye)
    if outline is not None:
        iris = _ellipse_mask(outline, size)
        whole = whole * iris[..., None] + white * (1 - iris[..., None])
        seen &= _pale(colours) | (cv2.dilate(iris, np.ones((inset, inset))) > 0)
    own = cv2.GaussianBlur(seen.astype(np.float32), (0, 0), inset / 3)[..., None]
    return np.asarray(whole * (1 - own) + colours * own, np.float32)


def _columns(colours: Floats, seen: Mask, white: Floats, inset: int) -> Floats:
    """Each column goes on up and down as it ends."""
    rows = np.arange(len(colours))[:, None]
    used = np.flatnonzero(seen.any(0))
    first, last = seen.argmax(0), len(seen) - 1 - seen[::-1].argmax(0)
    on = np.broadcast_to(white, colours.shape).astype(np.float32)
    on[:, used] = colours[np.clip(rows, first[used], last[used]), used]
    # Lashes leave their marks in some columns: as they go on they run into their neighbours.
    return np.asarray(cv2.GaussianBlur(on, (0, 0), inset), np.float32)


def _iris(colours: Floats, seen: Mask, eye: Eye) -> Ellipse | None:
    """The outline of the iris, from its two sides where white lies beside them: there the square of
    its half width is a parabola of the row. None where they do not tell."""
    size = len(seen)
    x0, y0 = to_pixels(eye.iris[None], size)[0]
    radius = eye.radius * size
    inside = seen & ~_pale(colours)
    inside[:, : max(0, int(x0 - WIDEST * radius))] = False
    inside[:, int(x0 + WIDEST * radius) + 1 :] = False
    rows = np.flatnonzero(inside.any(1))
    left, right = inside.argmax(1), size - inside[:, ::-1].argmax(1)
    ends = seen.argmax(1), size - seen[:, ::-1].argmax(1)
    free = ((left - ends[0]) > FREE_PX) & ((ends[1] - right) > FREE_PX)
    known = rows[free[rows]]
    if len(known) < FEWEST:
        return None
    half = (right - left)[known] / 2
    bend, slope, level = np.polyfit(known + 0.5 - y0, half**2, 2)
    wide = level - slope**2 / (4 * bend)
    if bend >= 0 or not 0 < wide < (WIDEST * radius) ** 2:
        return None
    high = float(np.sqrt(-wide / bend))
    if not SHORTEST < high / (np.ptp(rows) / 2) < TALLEST:
        return None
    x = float(np.median((left + right)[known])) / 2
    return Ellipse(x, float(y0 - slope / (2 * bend)), float(np.sqrt(wide)), high)


def _ellipse_mask(ellipse: Ellipse, size: int) -> Floats:
    """(size, size), 0..1."""
    y, x = np.mgrid[:size, :size] + 0.5
    out = np.hypot((x - ellipse.x) / ellipse.half_width, (y - ellipse.y) / ellipse.half_height)
    return np.clip((1 - out) * ellipse.half_width + 0.5, 0, 1).astype(np.float32)


def _pale(colours: Floats) -> Mask:
    return (colours.mean(-1) > PALE) & (np.ptp(colours, axis=-1) < GREY)


def _white(inside: Floats) -> Floats:
    """Of an eye that is a mere dot it is the dot's colour."""
    pale = _pale(inside)
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
