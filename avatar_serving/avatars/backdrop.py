"""What is behind the person: the picture without them, completed by what it shows elsewhere."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.patches import RADIUS, search, vote
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import (
    FAINT,
    Mask,
    Pixels,
    fill,
    grown,
    largest,
    shrunk,
    softened,
    to_bytes,
)

SIDES = (80, 160)
"""Coarse to fine: the picture's sides while sources are looked for."""
PASSES, ROUNDS = 4, 2
INWARDS = 0.85
"""How much less a patch counts for each pixel further from what is known: the edge decides first,
what is deep inside follows."""
LEVELLED = 1 / 60
"""Over what distance a tone is averaged, in picture sides."""
PLAIN = 16.0
"""Differences in tone (of 255) below this are shades of one wall."""
NEAR = 1 / 100
"""How far within the person what is just outside still goes on, in picture sides."""
UNUSUAL = 3.0
"""Over how far a background varies, what differs more from it is no part of it."""
FEWEST_SOURCES = 0.01
"""Share of the picture that must be whole background to take patches from."""
CUT_OFF = 0.24
"""How far from where the picture's edge cuts the person they are kept, in picture sides."""
AROUND = 1 / 110
"""How far around the person nothing is taken for background, in picture sides: thin hair."""

GLOW, CALM = 1 / 36, 1.5
"""How far around the person a wall may look otherwise than elsewhere, in picture sides; a wall is
calm that differs by less (of 255) from its tone around."""
COARSER = 4
"""By how much the picture is made smaller to find that."""


def background(picture: Pixels, matte: Floats, chin: int | None = None) -> Pixels:
    """The picture without the person: whatever is seen when the head moves away. *chin*: its row,
    down to which the wall around the person is looked at more closely."""
    size = picture.shape[0]
    person = grown(matte > FAINT, max(2, size // 256))
    seen = picture.astype(np.float32)
    glow = _glow(seen, matte, chin or 0)
    hole = grown(matte > FAINT, max(3, round(AROUND * size))) | glow
    smooth = fill(seen, (~hole).astype(np.float32))
    field = _sources(smooth, hole)
    filled = smooth if field is None else _levelled(_taken(seen, field), smooth)
    gone = person | _wisps(seen, smooth, hole)
    near = fill(seen, (~(gone | glow)).astype(np.float32))
    inside = cv2.distanceTransform(gone.astype(np.uint8), cv2.DIST_L2, 5)
    share = np.clip(inside / (NEAR * size) - 0.5, 0, 1)[..., None]
    whole = near * (1 - share) + filled * share
    kept = _cut_off(matte)[..., None]
    return to_bytes(whole * (1 - kept) + seen * kept)


def _cut_off(matte: Floats) -> Floats:
    """(size, size), 0..1: what of the person stays where it is. Where the picture's edge cuts them
    there is no more to see of what moves in from beyond, but there is of what is next to it."""
    size = len(matte)
    away = np.ones((size, size), np.uint8)
    for side in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        away[side] = matte[side] < 0.5
    if away.all():
        return np.zeros_like(matte)
    distance = cv2.distanceTransform(away, cv2.DIST_L2, 5)
    share = np.clip(2 - 2 * np.asarray(distance, np.float32) / (CUT_OFF * size), 0, 1)
    return share * matte


def _glow(seen: Floats, matte: Floats, lowest: int) -> Mask:
    """What lies around the person before a calm wall, above the row *lowest*: there their light
    falls on it, and loose hair that the matte missed; of such a wall more is made up without harm.
    """
    size = len(seen)
    wide = grown(matte > FAINT, round(GLOW * size))
    wide[lowest:] = False
    coarse = (size // COARSER, size // COARSER)
    small = cv2.resize(seen, coarse, interpolation=cv2.INTER_AREA)
    around = cv2.resize(grown(matte > FAINT, round(GLOW * size)).astype(np.float32), coarse)
    tone = cv2.GaussianBlur(small, (0, 0), GLOW * coarse[0] / 2)
    usual = largest(fill(np.abs(small - tone), (around == 0).astype(np.float32)))
    calm = cv2.GaussianBlur(usual, (0, 0), LEVELLED * coarse[0]) < CALM
    return wide & (cv2.resize(calm.astype(np.uint8), (size, size)) > 0)


def _wisps(seen: Floats, smooth: Floats, hole: Mask) -> Mask:
    """What within the *hole* is unlike the surroundings: hair that the matte missed."""
    size = len(seen)
    tone = softened(smooth, LEVELLED * size)
    usual = largest(fill(np.abs(smooth - tone), (~hole).astype(np.float32)))
    usual = softened(usual, LEVELLED * size)
    unlike = largest(np.abs(seen - smooth)) > UNUSUAL * usual + PLAIN
    unlike &= usual < PLAIN
    return grown(unlike & hole, max(1, size // 384)) & hole


def _levelled(filled: Floats, smooth: Floats) -> Floats:
    """Of a plain wall the tone is that of its surroundings, and patches add its grain: no steps
    between them. Where they differ more they show a thing."""
    size = len(filled)
    tone = softened(filled, LEVELLED * size)
    off = smooth - tone
    thing = np.clip((largest(np.abs(off))[..., None] - PLAIN) / PLAIN, 0, 1)
    return filled + off * (1 - cv2.blur(thing, (5, 5))[..., None])


def _sources(smooth: Floats, hole: Mask) -> NDArray[np.int32] | None:
    """For each pixel of the finest of SIDES where to take it from; None where too little is
    known."""
    field: NDArray[np.int32] | None = None
    seen: Floats = smooth
    for side in SIDES:
        size = (side, side)
        seen = np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_AREA), np.float32)
        gone = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.01
        source = _whole(~gone)
        if source.mean() < FEWEST_SOURCES:
            return None
        wanted = grown(gone, RADIUS)
        field = _start(field, source)
        deep = cv2.distanceTransform(gone.astype(np.uint8), cv2.DIST_L2, 3)
        trust = (INWARDS**deep).astype(np.float32)
        vote(seen, wanted, gone, trust, field)
        for number in range(PASSES):
            search(seen, wanted, source, field, ROUNDS, 1 + number)
            vote(seen, wanted, gone, trust, field)
        field[~wanted] = _places(side)[~wanted]
    return field


def _places(side: int) -> NDArray[np.int32]:
    """(side, side, 2): the row and column of each pixel."""
    return np.moveaxis(np.mgrid[:side, :side], 0, -1).astype(np.int32)


def _whole(known: Mask) -> Mask:
    """Pixels whose patch is known and inside the picture."""
    whole = shrunk(known, RADIUS) & (cv2.erode(known.astype(np.uint8), _square()) > 0)
    whole[:RADIUS] = whole[-RADIUS:] = False
    whole[:, :RADIUS] = whole[:, -RADIUS:] = False
    return whole


def _square() -> Pixels:
    return np.ones((2 * RADIUS + 1,) * 2, np.uint8)


def _start(coarse: NDArray[np.int32] | None, source: Mask) -> NDArray[np.int32]:
    """Sources to begin with: twice those of the coarser picture, or else the nearest."""
    side = len(source)
    own = _places(side)
    _, found = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    label = found.astype(np.int64)
    places = np.zeros((label.max() + 1, 2), np.int32)
    places[label[source]] = own[source]
    nearest = places[label]
    if coarse is None:
        return nearest.astype(np.int32)
    step = coarse - _places(len(coarse))
    wide = np.repeat(np.repeat(step, 2, 0), 2, 1) * 2 + own
    wide = np.clip(wide, 0, side - 1)
    good = source[wide[..., 0], wide[..., 1]]
    return np.where(good[..., None], wide, nearest).astype(np.int32)


def _taken(picture: Floats, field: NDArray[np.int32]) -> Floats:
    """The picture, each pixel from where the four nearest of *field* say, blended between them."""
    size, side = len(picture), len(field)
    own = _places(side)
    step = (field - own).astype(np.float32) * (size / side)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    v, u = ((c + 0.5) * side / size - 0.5 for c in (y, x))
    top, left = np.floor(v), np.floor(u)
    total = np.zeros_like(picture)
    for down in (0, 1):
        for right in (0, 1):
            row = np.clip(top + down, 0, side - 1).astype(np.int32)
            column = np.clip(left + right, 0, side - 1).astype(np.int32)
            share = (1 - np.abs(v - top - down)) * (1 - np.abs(u - left - right))
            far = step[row, column]
            shown = cv2.remap(
                picture, x + far[..., 1], y + far[..., 0], cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT,
            )  # fmt: skip
            total += shown * share[..., None]
    return total
