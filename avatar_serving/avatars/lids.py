"""Upper eyelids that unroll: what a photo of open eyes does not show.

The skin just above an open eye is lashes and shadow; drawn out over the eye it would be a smear.
So each eye has a strip, folded away behind the lid's edge, that opens as the eye closes, with a
picture of its own (`lid_skin`). It begins so far above, and reaches so far beside the eye, that the
photo's own lashes are under it, and follows the skin there, or the brow would cut it off with an
edge.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, griddata
from scipy.spatial.distance import cdist

from avatar_serving.avatars import lid_skin
from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip, grid
from avatar_serving.avatars.textures import Pixels, to_pixels

Triangles = NDArray[np.int32]
ROWS = 8
LIFT, BELOW_BROW = 0.34, 0.6
"""How far above the open lid's edge the strip begins, in eye widths, and at most in shares of the
way to the brow."""
OUTER, INNER = (0.06, 0.15), (0.04, 0.1)
"""How far beside the outer and the inner corner its last columns are, in eye widths."""
DROP = 0.02
"""How far it reaches down beside the outer corner, in eye widths."""
BULGE = 0.12
"""How far its middle stands out when the eye is closed, in eye widths."""
LASH_LENGTH = 0.2
"""How far lashes reach beyond the lid, in shares of its height."""
LINE = 0.1
"""Height of the line of their roots, in eye widths. It is as high while a lid comes down as when it
is shut: without it the eye would seem to open where skin comes down over the photo's own lashes."""
TUCKED, NEARER = 0.0015, 0.0125
"""How far behind the skin the strip lies while the eye is open, and how far before it when the eye
is shut, in image units."""
NEAR = 1.5
"""Skin is looked at up to so far from the middle of an eye, in eye widths."""
SLIVER = 1e-12
"""Twice the area of a triangle that is seen from its edge, in image squares."""


@dataclass(frozen=True, slots=True, eq=False)
class Rim:
    """An eye of the neutral face."""

    blink: str
    """The shape that closes it."""
    upper: NDArray[np.int32]
    """(k,) skin vertices along the upper lid, from the image's left."""
    lower: NDArray[np.int32]
    brow: NDArray[np.int32]
    """Along the lower edge of the brow, from the image's left."""
    triangles: Triangles
    """(m, 3): of the skin around it."""


def rim(
    blink: str, ring: NDArray[np.int32], brow: tuple[int, ...], positions: Floats,
    triangles: Triangles,
) -> Rim:  # fmt: skip
    """*ring*: an eye's refined edge, from the outer corner along the lower lid; *positions*,
    *triangles*: of the skin."""
    half = len(ring) // 2
    lower = ring[: half + 1]
    upper = np.concatenate([ring[:1], ring[:half:-1], ring[half : half + 1]])
    if positions[lower[0], 0] > positions[lower[-1], 0]:
        lower, upper = lower[::-1], upper[::-1]
    edge = np.array(brow, np.int32)
    near = _near(positions, positions[ring, :2], float(np.ptp(positions[ring, 0])))
    around = triangles[near[triangles].all(1)]
    return Rim(blink, upper, lower, edge[np.argsort(positions[edge, 0])], around)


def build_lid(
    one: Rim, positions: Floats, morphs: Floats, image: Pixels, photo: Floats, rest: Floats
) -> Strip:
    """*positions*, *morphs*: of the skin; *photo*: where its vertices are in *image*;
    *rest*: the weights (52,) of the photo, in which the strip must not show."""
    blink = MORPHS.index(one.blink)
    edge, moved = _columns(one, positions, morphs)
    top, end = _top(one, edge, positions), moved[blink] - _drop(one, edge)
    shut = positions + morphs[blink]
    unrolled = _unrolled(edge, top, end, shut, one.triangles)
    folded = _folded(edge, positions, one.triangles)
    unrolled[-3] = unrolled[-2] + folded[-3]
    place = edge + folded
    place[..., 2] -= TUCKED
    move = np.repeat(moved[:, None], ROWS, 1)
    move[blink] = unrolled - folded
    move[blink, ..., 2] += TUCKED + NEARER
    move[-1] -= rest[blink] * (move[blink] - moved[blink])
    share = lid_skin.shares()[:, None, None]
    around = (edge + top * (1 - share) + end * share)[..., :2]
    under = in_photo(around, shut, photo, len(image))
    picture = lid_skin.paint(image, under, to_pixels(photo[one.lower], len(image)), _corners(edge))
    return Strip(
        place.reshape(-1, 3), move.reshape(len(morphs), -1, 3), grid(ROWS, len(edge)),
        lid_skin.texels(_along(edge), _steps()), picture,
    )  # fmt: skip


def _steps() -> Floats:
    """(ROWS,): from the strip's upper end, 0, to the line of its lashes, to the lid's edge, 1, and
    to the tips of its lashes."""
    return np.append(np.linspace(0, 1 - lid_skin.LASHES, ROWS - 2), (1, 1 + LASH_LENGTH))


def _folded(edge: Floats, skin: Floats, triangles: Triangles) -> Floats:
    """(ROWS, k, 3): how far from *edge* its rows are while the eye is open: all of it is folded to
    the line of its lashes, as deep as the *skin* there."""
    eye = edge[len(OUTER) : -len(OUTER), :2]
    along = eye[-1] - eye[0]
    low, high = _corners(edge)
    round_eye = np.sin(np.pi * np.clip((_along(edge) - low) / (high - low), 0, 1)) ** 0.5
    folded = np.zeros((ROWS, len(edge), 3), np.float32)
    folded[:-2, :, :2] = LINE * round_eye[:, None] * np.array([-along[1], along[0]])
    folded[:-2, :, 2] = foremost_depth((edge + folded)[0, :, :2], skin, triangles) - edge[:, 2]
    return folded


def foremost_depth(places: Floats, skin: Floats, triangles: Triangles) -> Floats:
    """(...): of the foremost *skin* at *places* (..., 2), which go across an eye."""
    flat = places.reshape(-1, 2)
    depth = _foremost(flat, skin[triangles])
    # Not all of them from what is between points: beside the outline of a half-turned face, points
    # of its other side lie among those that are seen.
    if (bare := np.isinf(depth)).any():
        around = skin[_near(skin, flat, float(np.ptp(places[..., 0])))]
        fallback = around[:, 2].mean()
        depth[bare] = griddata(around[:, :2], around[:, 2], flat[bare], fill_value=fallback)
    return np.asarray(depth.reshape(places.shape[:-1]), skin.dtype)


def _foremost(places: Floats, triangles: Floats) -> Floats:
    """(n,): how near the foremost of *triangles* (m, 3, 3) is at *places* (n, 2); infinitely far
    where there is none."""
    first, sides = triangles[:, 0], triangles[:, 1:] - triangles[:, :1]
    area = sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0]
    flat = np.abs(area) < SLIVER
    x, y = np.moveaxis(places[:, None] - first[:, :2], -1, 0)
    one = (x * sides[:, 1, 1] - y * sides[:, 1, 0]) / np.where(flat, 1, area)
    two = (y * sides[:, 0, 0] - x * sides[:, 0, 1]) / np.where(flat, 1, area)
    inside = (one >= 0) & (two >= 0) & (one + two <= 1) & ~flat
    deep = first[:, 2] + one * sides[:, 0, 2] + two * sides[:, 1, 2]
    return np.where(inside, deep, -np.inf).max(1, initial=-np.inf)


def _columns(one: Rim, positions: Floats, morphs: Floats) -> tuple[Floats, Floats]:
    """Along the open lid's edge and beside it: where they are (k, 3), and how they move
    (s, k, 3)."""
    edge, moved = positions[one.upper], morphs[:, one.upper]
    aside = np.zeros(3, np.float32)
    aside[:2] = edge[-1, :2] - edge[0, :2]
    outer_first = one.blink.endswith("Right")
    first, last = (np.array(at)[:, None] for at in ((OUTER, INNER)[:: 1 if outer_first else -1]))
    edge = np.concatenate([edge[0] - first[::-1] * aside, edge, edge[-1] + last * aside])
    ends = len(first), len(last)
    return edge.astype(np.float32), np.pad(moved, ((0, 0), ends, (0, 0)), "edge")


def _along(edge: Floats) -> Floats:
    """(k,): where its columns are from its one end, 0, to its other, 1."""
    steps = np.append(0, np.cumsum(np.linalg.norm(np.diff(edge[:, :2], axis=0), axis=1)))
    return steps / steps[-1]


def _corners(edge: Floats) -> tuple[float, float]:
    """Where the corners of the eye are between them."""
    along = _along(edge)
    return float(along[len(OUTER)]), float(along[-1 - len(OUTER)])


def _top(one: Rim, edge: Floats, positions: Floats) -> Floats:
    """(k, 3): from the open lid's edge to where the closed lid begins, square to the eye."""
    eye, brow = edge[len(OUTER) : -len(OUTER), :2], positions[one.brow, :2]
    along = eye[-1] - eye[0]
    width = np.linalg.norm(along)
    along = along / width
    most = np.minimum(BELOW_BROW * cdist(edge[:, :2], brow).min(1), LIFT * width)
    height = most * np.sin(np.pi * _along(edge)) ** 0.5
    return np.stack([-along[1] * height, along[0] * height, 0 * height], 1)


def _drop(one: Rim, edge: Floats) -> Floats:
    """(k, 3): how far below the corner its lower end is beside the outer corner."""
    drop = np.zeros_like(edge)
    width = np.linalg.norm(edge[-1 - len(OUTER), :2] - edge[len(OUTER), :2])
    drop[1 if one.blink.endswith("Right") else -2, 1] = DROP * width
    return drop


def _unrolled(edge: Floats, top: Floats, end: Floats, shut: Floats, triangles: Triangles) -> Floats:
    """(ROWS, k, 3): how far the strip is from *edge* when the eye is closed. *shut*: the skin
    then."""
    share = _steps()[:, None, None]
    unrolled = top * (1 - share) + end * share
    width = float(np.ptp(edge[:, 0]))
    unrolled[..., 2] = foremost_depth((edge + unrolled)[..., :2], shut, triangles) - edge[:, 2]
    low, high = _corners(edge)
    arch = np.sin(np.pi * np.clip((_along(edge) - low) / (high - low), 0, 1))[:, None] ** 0.5
    unrolled[..., 2:] += BULGE * width * (high - low) * np.sin(np.pi * np.minimum(share, 1)) * arch
    return unrolled.astype(np.float32)


def _near(skin: Floats, places: Floats, width: float) -> NDArray[np.bool_]:
    return np.abs(skin[:, :2] - places.mean(0)).max(1) < NEAR * width


def in_photo(places: Floats, shut: Floats, photo: Floats, size: int) -> Floats:
    """(..., 2): what of the photo, in its pixels, the skin of the closed eye shows at *places*
    (..., 2)."""
    flat = places.reshape(-1, 2)
    near = np.flatnonzero(_near(shut[: len(photo)], flat, float(np.ptp(flat[:, 0]))))
    pixels = to_pixels(photo[near], size)
    found = LinearNDInterpolator(shut[near, :2], pixels)(flat)
    found = np.where(np.isfinite(found), found, to_pixels(flat, size))
    return np.asarray(found.reshape(places.shape), np.float32)
