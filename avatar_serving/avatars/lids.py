"""Upper eyelids that unroll: what a photo of open eyes does not show.

The skin just above an open eye is lashes and shadow; drawn out over the eye it would be a smear.
So each eye has a strip, folded away at the lid's edge, that opens as the eye closes. Its picture is
the skin from below the eye, with a soft upper end and the lashes' shadow along its lower one.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.textures import Pixels, to_bytes, to_pixels

ROWS = 7
WIDE_PX, HIGH_PX = 96, 48
BORDER_PX = 2
LIFT = 0.1
"""How far above the open lid's edge the strip begins, in eye widths."""
SAMPLED = (0.5, 0.16)
"""From how far to how near below the eye the skin is taken, in eye widths."""
NEARER, BULGE = 0.015, 0.3
"""How far before the rest of the skin it lies, in image units, and how far its middle stands out
when the eye is closed, in eye widths."""
FADE, LASHES = 0.5, 0.14
"""Shares of the strip's height over which it sets in, and which lashes darken."""


@dataclass(frozen=True, slots=True, eq=False)
class Rim:
    """An eye of the neutral face."""

    blink: str
    """The shape that closes it."""
    upper: NDArray[np.int32]
    """(k,) skin vertices along the upper lid, from the image's left."""
    lower: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Strips:
    positions: Floats
    morphs: Floats
    triangles: NDArray[np.int32]
    """Into *positions*."""
    pixels: Floats
    """(n, 2): where each vertex is in *picture*, in its pixels."""
    picture: Pixels
    """(height, width, 4)."""


def rim(blink: str, ring: NDArray[np.int32], positions: Floats) -> Rim:
    """*ring*: an eye's refined edge, from the outer corner along the lower lid."""
    half = len(ring) // 2
    lower = ring[: half + 1]
    upper = np.concatenate([ring[:1], ring[:half:-1], ring[half : half + 1]])
    if positions[lower[0], 0] > positions[lower[-1], 0]:
        lower, upper = lower[::-1], upper[::-1]
    return Rim(blink, upper, lower)


def build_strips(
    rims: tuple[Rim, Rim], positions: Floats, morphs: Floats, image: Pixels, photo: Floats,
    rest: Floats,
) -> Strips:  # fmt: skip
    """*positions*, *morphs*: of the skin; *photo*: where its vertices are in *image*; *rest*: the
    weights (52,) of the photo, in which the strips must not show."""
    places: list[Floats] = []
    moves: list[Floats] = []
    pixels: list[Floats] = []
    pictures: list[Pixels] = []
    for number, one in enumerate(rims):
        place, move = _unrolling(one, positions, morphs, rest)
        places.append(place)
        moves.append(move)
        pictures.append(_skin(image, to_pixels(photo[one.lower], image.shape[0])))
        pixels.append(_texels(len(one.upper)) + np.array([number * WIDE_PX, 0]))
    count = len(rims[0].upper)
    grid = _grid(count)
    return Strips(
        np.concatenate(places), np.concatenate(moves, 1),
        np.concatenate([grid, grid + ROWS * count]), np.concatenate(pixels),
        np.concatenate(pictures, 1),
    )  # fmt: skip


def _unrolling(one: Rim, positions: Floats, morphs: Floats, rest: Floats) -> tuple[Floats, Floats]:
    edge, moved = positions[one.upper], morphs[:, one.upper]
    width = float(np.ptp(edge[:, 0]))
    # Nothing to unroll at the corners.
    arch = np.sin(np.linspace(0, np.pi, len(edge))) ** 0.5
    top = np.stack([0 * arch, LIFT * width * arch, 0 * arch], 1)
    share = np.linspace(0, 1, ROWS)[:, None, None]
    blink = MORPHS.index(one.blink)
    unrolled = top * (1 - share) + moved[blink] * share
    unrolled[..., 2] += BULGE * width * np.sin(np.pi * share[..., 0]) * arch
    forward = np.array([0, 0, NEARER], np.float32)
    place = np.repeat((edge + forward)[None], ROWS, 0)
    move = np.repeat(moved[:, None], ROWS, 1)
    move[blink] = unrolled
    move[-1] -= rest[blink] * (unrolled - moved[blink])
    return place.reshape(-1, 3), move.reshape(len(morphs), -1, 3)


def _skin(image: Pixels, lower: Floats) -> Pixels:
    """The strip's picture: columns along the eye, rows from its upper to its lower end."""
    along = np.linspace(0, 1, WIDE_PX)
    places = np.linspace(0, 1, len(lower))
    x, y = (np.interp(along, places, lower[:, k]) for k in range(2))
    width = float(np.ptp(lower[:, 0]))
    down = np.linspace(0, 1, HIGH_PX)[:, None]
    below = (SAMPLED[0] + (SAMPLED[1] - SAMPLED[0]) * down) * width
    column = np.repeat(x[None], HIGH_PX, 0).astype(np.float32) - 0.5
    row = (y[None] + below).astype(np.float32) - 0.5
    seen = cv2.remap(image.astype(np.float32), column, row, cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(seen, (0, 0), 6, borderType=cv2.BORDER_REFLECT)
    colour = soft + 0.6 * (seen - soft)
    lash = np.clip((down - 1 + LASHES) / LASHES, 0, 1)
    round_lid = 0.82 + 0.12 * np.sin(down * np.pi)
    colour = colour * (round_lid * (1 - 0.7 * lash))[..., None]
    alpha = np.clip(down / FADE, 0, 1) ** 2 * np.ones((1, WIDE_PX))
    return np.dstack([to_bytes(colour), to_bytes(alpha * 255)])


def _texels(count: int) -> Floats:
    x = np.linspace(BORDER_PX, WIDE_PX - BORDER_PX, count)
    y = np.linspace(0.5, HIGH_PX - 0.5, ROWS)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)


def _grid(count: int) -> NDArray[np.int32]:
    index = np.arange(ROWS * count).reshape(ROWS, count)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    both = np.stack([np.stack([a, d, c], -1), np.stack([a, c, b], -1)])
    return both.reshape(-1, 3).astype(np.int32)
