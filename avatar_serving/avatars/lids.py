"""Upper eyelids that unroll: what a photo of open eyes does not show.

The skin just above an open eye is lashes and shadow; drawn out over the eye it would be a smear.
So each eye has a strip, folded away at the lid's edge, that opens as the eye closes. Its picture is
the skin from below the eye, with a soft upper end, the fold of the lid, and lashes along and beyond
its lower one.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip, grid
from avatar_serving.avatars.textures import Pixels, to_bytes, to_pixels

ROWS = 8
WIDE_PX, HIGH_PX = 96, 48
BORDER_PX = 2
LIFT = 0.1
"""How far above the open lid's edge the strip begins, in eye widths."""
SAMPLED = (0.5, 0.16)
"""From how far to how near below the eye the skin is taken, in eye widths."""
NEARER, BULGE = 0.015, 0.3
"""How far before the rest of the skin it lies, in image units, and how far its middle stands out
when the eye is closed, in eye widths."""
FADE, LASHES = 0.5, 0.1
"""Shares of the strip's height over which it sets in, and which lashes darken."""
CREASE, CREASE_WIDTH, CREASE_DEPTH = 0.4, 0.06, 0.14
"""Where the fold of the lid runs, how wide and how dark, in shares of the strip's height and of
its brightness."""
LASH_LENGTH, LASH_PX, LASH_COUNT = 0.2, 12, 32
"""How far lashes reach beyond the lid, in shares of its height; their part of the picture."""
LASH_COLOUR = (46.0, 34.0, 30.0)


@dataclass(frozen=True, slots=True, eq=False)
class Rim:
    """An eye of the neutral face."""

    blink: str
    """The shape that closes it."""
    upper: NDArray[np.int32]
    """(k,) skin vertices along the upper lid, from the image's left."""
    lower: NDArray[np.int32]


def rim(blink: str, ring: NDArray[np.int32], positions: Floats) -> Rim:
    """*ring*: an eye's refined edge, from the outer corner along the lower lid."""
    half = len(ring) // 2
    lower = ring[: half + 1]
    upper = np.concatenate([ring[:1], ring[:half:-1], ring[half : half + 1]])
    if positions[lower[0], 0] > positions[lower[-1], 0]:
        lower, upper = lower[::-1], upper[::-1]
    return Rim(blink, upper, lower)


def build_lid(
    one: Rim, positions: Floats, morphs: Floats, image: Pixels, photo: Floats, rest: Floats
) -> Strip:
    """*positions*, *morphs*: of the skin; *photo*: where its vertices are in *image*; *rest*: the
    weights (52,) of the photo, in which the strip must not show."""
    place, move = unrolling(one, positions, morphs, rest)
    picture = _skin(image, to_pixels(photo[one.lower], image.shape[0]))
    count = len(one.upper)
    return Strip(place, move, grid(ROWS, count), _texels(count), picture)


def unrolling(
    one: Rim, positions: Floats, morphs: Floats, rest: Floats, lift: float = LIFT
) -> tuple[Floats, Floats]:
    """Vertices (ROWS * k, 3) of a strip on the lid's edge, and their morphs. *lift*: as LIFT."""
    edge, moved = positions[one.upper], morphs[:, one.upper]
    width = float(np.ptp(edge[:, 0]))
    # Nothing to unroll at the corners.
    arch = np.sin(np.linspace(0, np.pi, len(edge))) ** 0.5
    top = np.stack([0 * arch, lift * width * arch, 0 * arch], 1)
    share = np.append(np.linspace(0, 1, ROWS - 1), 1 + LASH_LENGTH)[:, None, None]
    blink = MORPHS.index(one.blink)
    unrolled = top * (1 - share) + moved[blink] * share
    unrolled[..., 2] += BULGE * width * np.sin(np.pi * np.minimum(share[..., 0], 1)) * arch
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
    fold = CREASE_DEPTH * np.exp(-(((down - CREASE) / CREASE_WIDTH) ** 2))
    shade = round_lid * (1 - 0.7 * lash) - fold * np.sin(along * np.pi)
    alpha = np.clip(down / FADE, 0, 1) ** 2 * np.ones((1, WIDE_PX))
    lid = np.dstack([to_bytes(colour * shade[..., None]), to_bytes(alpha * 255)])
    return np.concatenate([lid, _lashes()])


def _lashes() -> Pixels:
    """(LASH_PX, WIDE_PX, 4): they fan out from the middle of the lid."""
    fine = 8
    drawn = np.zeros((LASH_PX * fine, WIDE_PX * fine), np.uint8)
    uneven = np.random.default_rng(2).uniform(0.6, 1, LASH_COUNT)
    for root, share in zip(np.linspace(0.06, 0.94, LASH_COUNT), uneven, strict=True):
        length = share * (0.55 + 0.4 * np.sin(root * np.pi)) * LASH_PX * fine
        lean = (root - 0.5) * 1.3 * length
        x = root * WIDE_PX * fine
        tip = (round(x + lean), round(length))
        cv2.line(drawn, (round(x), 0), tip, 255, fine - 2, cv2.LINE_AA)
    alpha = cv2.resize(drawn, (WIDE_PX, LASH_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    thinner = np.linspace(0.7, 0.15, LASH_PX)[:, None]
    colour = np.broadcast_to(np.array(LASH_COLOUR), (LASH_PX, WIDE_PX, 3))
    return np.dstack([to_bytes(colour), to_bytes(alpha * thinner)])


def _texels(count: int) -> Floats:
    x = np.linspace(BORDER_PX, WIDE_PX - BORDER_PX, count)
    y = np.append(np.linspace(0.5, HIGH_PX - 0.5, ROWS - 1), HIGH_PX + LASH_PX - 0.5)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
