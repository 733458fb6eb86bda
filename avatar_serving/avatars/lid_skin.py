"""The picture of a closed upper lid: skin in the colours around it, its fold, and lashes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Pixels, fill, to_bytes

WIDE_PX, HIGH_PX = 120, 48
BORDER_PX = 2
ABOVE_PX, BELOW_PX = 16, 24
"""Rows above the lid and below its edge that are looked at for the colours around it."""
BESIDE = 0.5
"""Share of the columns beside the corners, from the ends, that are."""
SKIN_FROM = 1.22
"""From where on below the edge, in heights of the lid, there is skin and no lash of the photo."""
DARKEST, BRIGHTEST = 0.8, 1.25
"""Against the median of the skin below the eye; what differs more is a lash, a brow, the frame of
glasses or what shines in them."""
SHADED, SMOOTH = 0.6, 0.06
"""Deep sockets and make-up are darker. Down to the first, what differs from what is around it by no
more than the second, over the same median, is skin too: lashes and brows are uneven, frames are
darker still."""
LIT = 0.2
"""How far a lid's colour goes from that of what is around it to that of the skin below the eye: the
fold that it is drawn out of shades what a photo shows there, but not a shut lid."""
SMOOTH_PX = 5.0
UNEVEN_PX = 3.0
SAMPLED = (0.5, 0.16)
"""From how far to how near below the eye skin is looked at, in eye widths."""
GRAIN, GRAIN_PX = 0.6, 6.0
FADE, SIDES, LASHES = 0.45, 0.2, 0.28
"""Shares of the strip's height and of its width over which it sets in, and of its height which
lashes darken."""
TURNS, DOWN = 0.5, 0.52
"""From which share of its height on a lid gets darker, and how much darker it is at its edge: there
it turns down, away from the light."""
LINE = 0.55
"""How much darker still lashes make it."""
WARM = np.array([0.8, 1.1, 1.3])
"""Powers of a shadow in red, green and blue: light that skin scatters into it has turned red."""
CREASE, CREASE_WIDTH, CREASE_DEPTH = 0.22, 0.05, 0.12
"""Where the fold of the lid runs, how wide and how dark, in shares of the strip's height and of
its brightness."""
LASH_PX, LASH_COUNT = 12, 50
LASH_DARK, LASH_DENSE = 0.3, 0.65
"""Brightness of lashes against that of skin, and how much of what is behind them they hide."""
CAST = 0.5
"""How much of what is right below the lid's edge the shadow of lid and lashes hides."""


def shares() -> Floats:
    """Of the rows of what `paint` looks at: 0 at the lid's upper end, 1 at its edge."""
    return (np.arange(-ABOVE_PX, HIGH_PX + BELOW_PX) + 0.5) / HIGH_PX


def texels(along: Floats, down: Floats) -> Floats:
    """(rows * k, 2): pixels of the picture for columns *along* (k,) the lid and rows *down* it,
    the last of which is at the tips of its lashes."""
    x = BORDER_PX + along * (WIDE_PX - 2 * BORDER_PX)
    y = np.append(0.5 + down[:-1] * (HIGH_PX - 1), HIGH_PX + LASH_PX - 0.5)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)


def paint(image: Pixels, under: Floats, lower: Floats, corners: tuple[float, float]) -> Pixels:
    """(HIGH_PX + LASH_PX, WIDE_PX, 4). *under* (rows, k, 2): what pixels of *image* the skin about
    the closed eye shows, its rows at `shares`; *lower* (n, 2): pixels of the lower lid's edge;
    *corners*: where those of the eye are along the picture, 0..1."""
    down = np.linspace(0, 1, HIGH_PX)[:, None]
    along = np.linspace(0, 1, WIDE_PX)
    eye = np.clip((along - corners[0]) / (corners[1] - corners[0]), 0, 1)
    inside = _step(np.minimum(eye, 1 - eye) / 0.06)
    below = _below(image, lower, down)
    usual = np.median(below, (0, 1))
    colour = _around(image, under, along, corners, usual)
    colour += GRAIN * (below - _blurred(below, GRAIN_PX))
    lash = np.clip((down - 1 + LASHES) / LASHES, 0, 1) * inside
    turned = np.clip((down - TURNS) / (1 - TURNS), 0, 1) * inside
    fold = CREASE_DEPTH * np.exp(-(((down - CREASE) / CREASE_WIDTH) ** 2)) * np.sin(eye * np.pi)
    shade = (1 - DOWN * turned**1.5) * (1 - LINE * lash**1.5) - fold
    ends = _step((1 - down) / FADE) * (1 - inside) + inside
    sets_in = _step(down / FADE) * _step(np.minimum(along, 1 - along) / SIDES)
    alpha = np.maximum(sets_in * ends, lash)
    lid = np.dstack([to_bytes(colour * shade[..., None] ** WARM), to_bytes(alpha * 255)])
    return np.concatenate([lid, _lashes(corners, usual)])


def _around(
    image: Pixels, under: Floats, along: Floats, corners: tuple[float, float], usual: Floats
) -> Floats:
    """(HIGH_PX, WIDE_PX, 3): from the skin around the lid smoothly over it. *usual* (3,): colour of
    skin."""
    x, y = (
        np.asarray(cv2.resize(under[..., k] - 0.5, (WIDE_PX, len(under))), np.float32)
        for k in range(2)
    )
    seen = _taken(image, x, y)
    down = shares()[:, None]
    beside = (along < BESIDE * corners[0]) | (along > 1 - BESIDE * (1 - corners[1]))
    known = ((down < 0) | (down > SKIN_FROM) | beside) & _skin(seen.mean(2) / usual.mean())
    whole = _blurred(fill(seen, known.astype(np.float32)), SMOOTH_PX)
    lid = np.clip(whole, SHADED * usual, BRIGHTEST * usual)[ABOVE_PX : ABOVE_PX + HIGH_PX]
    return lid + LIT * (usual - lid)


def _skin(bright: Floats) -> NDArray[np.bool_]:
    """Which pixels of such brightness, over that of skin, are skin."""
    even = np.abs(bright - _blurred(bright, UNEVEN_PX)) < SMOOTH
    return (bright > np.where(even, SHADED, DARKEST)) & (bright < BRIGHTEST)


def _below(image: Pixels, lower: Floats, down: Floats) -> Floats:
    """(HIGH_PX, WIDE_PX, 3): the skin below the eye."""
    out = (lower[-1] - lower[0]) @ np.array([[0, 1], [-1, 0]])
    away = SAMPLED[0] + (SAMPLED[1] - SAMPLED[0]) * down
    steps, places = np.linspace(0, 1, WIDE_PX), np.linspace(0, 1, len(lower))
    x, y = (np.interp(steps, places, lower[:, k]) + away * out[k] - 0.5 for k in range(2))
    return _taken(image, x, y)


def _taken(image: Pixels, x: Floats, y: Floats) -> Floats:
    colours = cv2.remap(
        image.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip
    return np.asarray(colours, np.float32)


def _step(share: Floats) -> Floats:
    """Smoothly from 0 at 0 to 1 at 1."""
    share = np.clip(share, 0, 1)
    return np.asarray(share**2 * (3 - 2 * share), np.float32)


def _blurred(colours: Floats, sigma: float) -> Floats:
    soft = cv2.GaussianBlur(colours, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, np.float32)


def _lashes(corners: tuple[float, float], usual: Floats) -> Pixels:
    """(LASH_PX, WIDE_PX, 4): they fan out from the middle of the lid. *usual* (3,): colour of
    skin."""
    fine = 8
    drawn = np.zeros((LASH_PX * fine, WIDE_PX * fine), np.uint8)
    chance = np.random.default_rng(2)
    uneven = chance.uniform(0.6, 1, LASH_COUNT)
    roots = np.linspace(0.06, 0.94, LASH_COUNT) + chance.normal(0, 0.3 / LASH_COUNT, LASH_COUNT)
    for root, share in zip(roots, uneven, strict=True):
        length = share * (0.55 + 0.4 * np.sin(root * np.pi)) * LASH_PX * fine
        lean = (root - 0.5) * 1.3 * length
        x = (corners[0] + root * (corners[1] - corners[0])) * WIDE_PX * fine
        tip = (round(x + lean), round(length))
        cv2.line(drawn, (round(x), 0), tip, 255, fine - 2, cv2.LINE_AA)
    alpha = cv2.resize(drawn, (WIDE_PX, LASH_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    thinner = np.linspace(1.5, 0.45, LASH_PX)[:, None]
    colour = np.broadcast_to(usual * LASH_DARK**WARM, (LASH_PX, WIDE_PX, 3))
    dense = np.maximum(LASH_DENSE * alpha * thinner, _cast(corners))
    return np.dstack([to_bytes(colour), to_bytes(dense)])


def _cast(corners: tuple[float, float]) -> Floats:
    """(LASH_PX, WIDE_PX), 0..255: the shadow below the lid."""
    eye = (np.linspace(0, 1, WIDE_PX) - corners[0]) / (corners[1] - corners[0])
    return 255 * CAST * np.linspace(1, 0, LASH_PX)[:, None] * _step(np.minimum(eye, 1 - eye) / 0.12)
