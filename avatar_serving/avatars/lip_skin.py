"""Lips for a mouth that was open in the photo.

A smile stretches lips thin, and light shines on them. Closed they are fuller: the photo's own
pixels, drawn out, would be pale and streaked. So over each lip lies a strip in the colours of the
photo's lip without the shine, with its fine creases, and dark where the lips meet. In the photo's
own view it is behind the skin.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip, grid, on_skin
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.textures import Pixels, to_bytes, to_pixels
from avatar_serving.faces.topology import LIPS_OUTER

ROWS, WIDE_PX, HIGH_PX = 7, 96, 28
BORDER_PX = 1
BEYOND = 0.2
"""How far outside the lip the strip begins, over the lip's height."""
NEARER, BACK = 0.004, 0.0065
"""How far before the skin it lies, and how far behind it in the photo, in image units."""
OVERLAP = 0.0015
"""How far the upper lip reaches over the lower in its middle, in image units: no tooth shines
through the seam."""
COVERED, AT_SEAM = 0.62, 0.92
"""Share of the lip's own picture that goes, and where lips meet."""
EDGE, CORNERS = 0.45, 0.14
"""Shares of its height and of its width over which it sets in."""
SMOOTH_PX = (9.0, 5.0)
"""Across and down: what is finer in the photo's lips is shine."""
BRIGHTEST = 1.15
"""Over the median brightness of the lip; what is brighter shines."""
CREASES = 0.035
"""Depth of the fine creases, over the brightness."""
SEAM = {True: (0.55, 0.11), False: (0.38, 0.08)}
"""By whether the lip is the upper one: how much darker it is where they meet, and over which share
of its height."""


def build_lips(positions: Floats, morphs: Floats, image: Pixels, photo: Floats) -> list[Strip]:
    """The upper and the lower lip. *positions* (n, 3), *morphs*: of the skin of the face; *photo*
    (n, 3): where its vertices are in *image*."""
    return [_lip(upper, positions, morphs, image, photo) for upper in (True, False)]


def _lip(upper: bool, positions: Floats, morphs: Floats, image: Pixels, photo: Floats) -> Strip:
    inner, outer = _edges(upper, photo)
    share = np.linspace(-BEYOND, 1, ROWS)[:, None, None]
    places = outer * (1 - share) + photo[inner, :2] * share
    corners, parts = on_skin(places[:-1].reshape(-1, 2), photo)
    place = np.einsum("kc,kcd->kd", parts, positions[corners])
    move = np.einsum("kc,skcd->skd", parts, morphs[:, corners])
    place = np.concatenate([place, positions[inner]])
    move = np.concatenate([move, morphs[:, inner]], 1)
    place[:, 2] += NEARER
    if upper:
        place[-len(inner) :, 1] -= OVERLAP * np.sin(np.linspace(0, np.pi, len(inner)))
    hidden = move[MORPHS.index("photo")]
    hidden[:, 2] -= NEARER + BACK
    hidden[-len(inner) :, :2] += places[-3] - places[-1]  # nothing hangs over the photo's teeth
    picture = _picture(upper, image, to_pixels(places.reshape(-1, 2), len(image)))
    triangles = grid(ROWS, len(inner))
    if not upper:
        triangles = triangles[:, ::-1]
    return Strip(
        place.astype(np.float32), move.astype(np.float32), np.ascontiguousarray(triangles),
        _texels(len(inner)), picture,
    )  # fmt: skip


def _edges(upper: bool, photo: Floats) -> tuple[NDArray[np.int32], Floats]:
    """The vertices (k,) where a lip meets the other, from the image's left, and the places (k, 2)
    on its outer edge beside them."""
    ring, outer = face_surface().lips, photo[list(LIPS_OUTER), :2]
    half = len(ring) // 2
    if upper:
        ring, outer = np.roll(ring[::-1], 1), np.roll(outer[::-1], 1, 0)
    steps = np.linspace(0, len(outer) / 2, half + 1)
    whole = np.arange(len(outer))
    between = np.stack([np.interp(steps, whole, outer[:, k]) for k in range(2)], 1)
    return ring[: half + 1], between


def _picture(upper: bool, image: Pixels, pixels: Floats) -> Pixels:
    """(HIGH_PX, WIDE_PX, 4), from the lip's outer edge to where it meets the other."""
    down = np.linspace(-BEYOND, 1, HIGH_PX)[:, None]
    along = np.linspace(0, 1, WIDE_PX)[None]
    shade = _relief(upper, down, along) * (1 + CREASES * _creases())
    depth, reach = SEAM[upper]
    seam = np.exp(-(((1 - down) / reach) ** 2))
    shade *= 1 - depth * seam
    colour = _dull(image, pixels) * shade[..., None]
    sets_in = _step((down + BEYOND) / EDGE) * _step(np.minimum(along, 1 - along) / CORNERS)
    alpha = sets_in * (COVERED + (AT_SEAM - COVERED) * seam)
    return np.dstack([to_bytes(colour), to_bytes(alpha * 255)])


def _relief(upper: bool, down: Floats, along: Floats) -> Floats:
    """Light from above: an upper lip turns away from it towards the seam, a lower one catches it
    in its middle and turns away below."""
    if upper:
        return 1.06 - 0.1 * np.clip(down, 0, 1) + 0 * along
    fullest = np.exp(-(((down - 0.55) / 0.3) ** 2)) * np.sin(along * np.pi)
    return 0.97 + 0.16 * fullest


def _dull(image: Pixels, pixels: Floats) -> Floats:
    """(HIGH_PX, WIDE_PX, 3): the lip at *pixels* (ROWS * k, 2) of the photo without what shines."""
    places = pixels.reshape(ROWS, -1, 2)
    x, y = (
        cv2.resize((places[..., k] - 0.5).astype(np.float32), (WIDE_PX, HIGH_PX)) for k in (0, 1)
    )
    seen = np.asarray(cv2.remap(image.astype(np.float32), x, y, cv2.INTER_LINEAR), np.float32)
    bright = seen.mean(2)
    inside = bright[HIGH_PX // 4 : -HIGH_PX // 6]
    most = BRIGHTEST * float(np.median(inside))
    known = (bright <= most).astype(np.float32)
    weight = cv2.GaussianBlur(known, (0, 0), SMOOTH_PX[0], sigmaY=SMOOTH_PX[1])
    total = cv2.GaussianBlur(seen * known[..., None], (0, 0), SMOOTH_PX[0], sigmaY=SMOOTH_PX[1])
    return np.asarray(total / np.maximum(weight, 1e-3)[..., None], np.float32)


def _creases() -> Floats:
    """(HIGH_PX, WIDE_PX), about -1..1: fine lines down the lip."""
    grain = np.random.default_rng(3).normal(0, 1, (HIGH_PX, WIDE_PX)).astype(np.float32)
    lines = np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.9, sigmaY=6), np.float32)
    return lines / lines.std()


def _step(share: Floats) -> Floats:
    share = np.clip(share, 0, 1)
    return share**2 * (3 - 2 * share)


def _texels(count: int) -> Floats:
    x = np.linspace(BORDER_PX, WIDE_PX - BORDER_PX, count)
    y = np.linspace(BORDER_PX, HIGH_PX - 0.5, ROWS)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
