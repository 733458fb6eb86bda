"""Upper eyelids that unroll: what a photo of open eyes does not show.

The skin just above an open eye is lashes and shadow; drawn out over the eye it would be a smear.
So each eye has a strip, folded away at the lid's edge, that opens as the eye closes. Its picture is
the skin from below the eye in the colours of both sides, with a soft upper end, the fold of the
lid, and lashes along and beyond its lower one. It begins so far above that the photo's own lashes
are under it, and follows the skin there, or the brow would cut it off with an edge.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import griddata
from scipy.spatial.distance import cdist

from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip, grid
from avatar_serving.avatars.textures import Pixels, to_bytes, to_pixels

ROWS = 8
WIDE_PX, HIGH_PX = 96, 48
BORDER_PX = 2
LIFT, BELOW_BROW = 0.3, 0.6
"""How far above the open lid's edge the strip begins, in eye widths, and at most in shares of the
way to the brow."""
SAMPLED = (0.5, 0.16)
"""From how far to how near below the eye the skin is taken, in eye widths."""
CHEEK = (0.65, 1.0)
"""The same for the cheek, which is no paler in colour than a lid: shine and the eye's own shadow
are grey."""
NEARER, BULGE = 0.008, 0.12
"""How far before the rest of the skin it lies, in image units, and how far its middle stands out
when the eye is closed, in eye widths."""
DARKEST, BRIGHTEST = 0.86, 1.1
"""A lid's colour against that of the skin below the eye; what differs more is a brow, a crease or
the frame of glasses that was sampled with it."""
FADE, SIDES, LASHES = 0.5, 0.19, 0.17
"""Shares of the strip's height and of its width over which it sets in, and of its height which
lashes darken."""
ROUND, SHADE = 0.06, 0.3
"""How much brighter the middle of a lid is, and how much darker its lower end: it turns down, and
lashes shade it."""
WARM = np.array([0.8, 1.1, 1.3])
"""Powers of a shadow in red, green and blue: light that skin scatters into it has turned red."""
CREASE, CREASE_WIDTH, CREASE_DEPTH = 0.3, 0.09, 0.05
"""Where the fold of the lid runs, how wide and how dark, in shares of the strip's height and of
its brightness."""
LASH_LENGTH, LASH_PX, LASH_COUNT = 0.14, 12, 44
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
    brow: NDArray[np.int32]
    """Along the lower edge of the brow, from the image's left."""


def rim(blink: str, ring: NDArray[np.int32], brow: tuple[int, ...], positions: Floats) -> Rim:
    """*ring*: an eye's refined edge, from the outer corner along the lower lid."""
    half = len(ring) // 2
    lower = ring[: half + 1]
    upper = np.concatenate([ring[:1], ring[:half:-1], ring[half : half + 1]])
    if positions[lower[0], 0] > positions[lower[-1], 0]:
        lower, upper = lower[::-1], upper[::-1]
    edge = np.array(brow, np.int32)
    return Rim(blink, upper, lower, edge[np.argsort(positions[edge, 0])])


def build_lid(
    one: Rim, positions: Floats, morphs: Floats, image: Pixels, photo: Floats, rest: Floats
) -> Strip:
    """*positions*, *morphs*: of the skin; *photo*: where its vertices are in *image*;
    *rest*: the weights (52,) of the photo, in which the strip must not show."""
    place, move = _unrolling(one, positions, morphs, rest)
    picture = _skin(
        image, *(to_pixels(photo[k], len(image)) for k in (one.brow, one.upper, one.lower))
    )
    count = len(one.upper)
    return Strip(place, move, grid(ROWS, count), _texels(count), picture)


def _unrolling(one: Rim, positions: Floats, morphs: Floats, rest: Floats) -> tuple[Floats, Floats]:
    edge, moved = positions[one.upper], morphs[:, one.upper]
    width = float(np.linalg.norm(edge[-1, :2] - edge[0, :2]))
    # Nothing to unroll at the corners.
    arch = np.sin(np.linspace(0, np.pi, len(edge)))[:, None] ** 0.5
    share = np.append(np.linspace(0, 1, ROWS - 1), 1 + LASH_LENGTH)[:, None, None]
    blink = MORPHS.index(one.blink)
    unrolled = _top(one, positions, LIFT * width) * arch * (1 - share) + moved[blink] * share
    unrolled[..., 2] = (
        _depth(positions + morphs[blink], (edge + unrolled)[..., :2], width) - edge[:, 2]
    )
    unrolled[..., 2:] += BULGE * width * np.sin(np.pi * np.minimum(share, 1)) * arch
    forward = np.array([0, 0, NEARER], np.float32)
    place = np.repeat((edge + forward)[None], ROWS, 0)
    move = np.repeat(moved[:, None], ROWS, 1)
    move[blink] = unrolled
    move[-1] -= rest[blink] * (unrolled - moved[blink])
    return place.reshape(-1, 3), move.reshape(len(morphs), -1, 3)


def _top(one: Rim, positions: Floats, most: float) -> Floats:
    """(k, 3): from the open lid's edge to where the closed lid begins, square to the eye, at *most*
    so far above."""
    edge, brow = positions[one.upper, :2], positions[one.brow, :2]
    along = (edge[-1] - edge[0]) / np.linalg.norm(edge[-1] - edge[0])
    height = np.minimum(BELOW_BROW * cdist(edge, brow).min(1), most)
    return np.stack([-along[1] * height, along[0] * height, 0 * height], 1)


def _depth(skin: Floats, places: Floats, width: float) -> Floats:
    """z of the *skin* (n, 3) at *places* (..., 2) about an eye."""
    middle = places.reshape(-1, 2).mean(0)
    near = skin[np.abs(skin[:, :2] - middle).max(1) < 1.5 * width]
    mean = float(near[:, 2].mean())
    return np.asarray(griddata(near[:, :2], near[:, 2], places, fill_value=mean), np.float32)


def _skin(image: Pixels, brow: Floats, upper: Floats, lower: Floats) -> Pixels:
    """The strip's picture: columns along the eye, rows from its upper to its lower end."""
    down = np.linspace(0, 1, HIGH_PX)[:, None]
    colour = _colour(image, brow, upper, lower, down)
    along = np.linspace(0, 1, WIDE_PX)
    lash = np.clip((down - 1 + LASHES) / LASHES, 0, 1)
    round_lid = 0.96 + ROUND * np.sin(down * np.pi) - SHADE * down**2
    fold = CREASE_DEPTH * np.exp(-(((down - CREASE) / CREASE_WIDTH) ** 2))
    shade = round_lid * (1 - 0.85 * lash**0.7) - fold * np.sin(along * np.pi)
    alpha = np.maximum(_step(down / FADE) * _step(np.minimum(along, 1 - along) / SIDES), lash)
    lid = np.dstack([to_bytes(colour * shade[..., None] ** WARM), to_bytes(alpha * 255)])
    return np.concatenate([lid, _lashes()])


def _colour(image: Pixels, brow: Floats, upper: Floats, lower: Floats, down: Floats) -> Floats:
    """(HIGH_PX, WIDE_PX, 3): the grain of the skin below the eye, its colour towards the upper end
    that of the skin above."""
    middle = (lower[0] + lower[-1]) / 2
    out = (lower[-1] - lower[0]) @ np.array([[0, 1], [-1, 0]])
    below = _sampled(image, lower, SAMPLED[0] + (SAMPLED[1] - SAMPLED[0]) * down, out)
    soft = _blurred(below, 6)
    to_brow = brow[np.abs(brow - middle).sum(1).argmin()] - upper[len(upper) // 2]
    lid = _sampled(image, upper, np.linspace(0.35, 0.65, 7)[:, None], to_brow)
    lid = _blurred(np.median(lid, 0, keepdims=True), WIDE_PX / 8)
    smooth = soft * down[..., None] + lid * (1 - down[..., None])
    tone = np.median(below, (0, 1))
    cheek = np.median(_sampled(image, lower, np.linspace(*CHEEK, 7)[:, None], out), (0, 1))
    smooth = _as_rich(np.clip(smooth, DARKEST * tone, BRIGHTEST * tone), cheek)
    return smooth + 0.6 * (below - soft)


def _as_rich(colour: Floats, skin: Floats) -> Floats:
    """*colour* (h, w, 3) with as much hue as *skin* (3,) at least, as bright as it was."""
    lab = cv2.cvtColor((colour / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    hue = cv2.cvtColor((skin / 255).astype(np.float32)[None, None], cv2.COLOR_RGB2LAB)[0, 0, 1:]
    chroma = np.linalg.norm(lab[..., 1:], axis=2, keepdims=True)
    lab[..., 1:] += np.clip(1 - chroma / max(float(np.linalg.norm(hue)), 1e-6), 0, 1) * hue
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.float32) * 255


def _sampled(image: Pixels, line: Floats, away: Floats, unit: Floats) -> Floats:
    """Colours (rows, WIDE_PX, 3) along a *line* (k, 2) in pixels, moved by *away* (rows, 1) times
    *unit*."""
    along, places = np.linspace(0, 1, WIDE_PX), np.linspace(0, 1, len(line))
    x, y = (
        (np.interp(along, places, line[:, k]) + away * unit[k] - 0.5).astype(np.float32)
        for k in range(2)
    )
    colours = cv2.remap(image.astype(np.float32), x, y, cv2.INTER_LINEAR)
    return np.asarray(colours, np.float32)


def _step(share: Floats) -> Floats:
    """Smoothly from 0 at 0 to 1 at 1."""
    share = np.clip(share, 0, 1)
    return np.asarray(share**2 * (3 - 2 * share), np.float32)


def _blurred(colours: Floats, sigma: float) -> Floats:
    soft = cv2.GaussianBlur(colours, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, np.float32)


def _lashes() -> Pixels:
    """(LASH_PX, WIDE_PX, 4): they fan out from the middle of the lid."""
    fine = 8
    drawn = np.zeros((LASH_PX * fine, WIDE_PX * fine), np.uint8)
    chance = np.random.default_rng(2)
    uneven = chance.uniform(0.5, 1, LASH_COUNT)
    roots = np.linspace(0.06, 0.94, LASH_COUNT) + chance.normal(0, 0.3 / LASH_COUNT, LASH_COUNT)
    for root, share in zip(roots, uneven, strict=True):
        length = share * (0.55 + 0.4 * np.sin(root * np.pi)) * LASH_PX * fine
        lean = (root - 0.5) * 1.3 * length
        x = root * WIDE_PX * fine
        tip = (round(x + lean), round(length))
        cv2.line(drawn, (round(x), 0), tip, 255, fine - 2, cv2.LINE_AA)
    alpha = cv2.resize(drawn, (WIDE_PX, LASH_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    thinner = np.linspace(0.85, 0.2, LASH_PX)[:, None]
    colour = np.broadcast_to(np.array(LASH_COLOUR), (LASH_PX, WIDE_PX, 3))
    return np.dstack([to_bytes(colour), to_bytes(alpha * thinner)])


def _texels(count: int) -> Floats:
    x = np.linspace(BORDER_PX, WIDE_PX - BORDER_PX, count)
    y = np.append(np.linspace(0.5, HIGH_PX - 0.5, ROWS - 1), HIGH_PX + LASH_PX - 0.5)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
