"""What a picture's edge cuts off of a head. A turn brings it into view, so the avatar is made of a
larger square: of what the picture has there, and of what is made up where it ends."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.outside import Outline, following
from avatar_serving.avatars.person import face_mask, person
from avatar_serving.avatars.rig import Floats, Part, PortraitRig
from avatar_serving.avatars.skull import head_of, silhouette
from avatar_serving.avatars.textures import (
    FAINT,
    SOLID,
    Mask,
    Pixels,
    fill,
    grown,
    softened,
    to_bytes,
)

MARGINS = (0.16, 0.16, 0.26, 0.12)
"""How far beyond its left, right, upper and lower edge, where they cut a head, the larger square
reaches, in sides of the square: more than comes into view when a head turns by 25 and nods by 15
degrees."""
FOLLOWS = 0.05
"""What follows the head less than this stays where the edge is."""
HAIR = 0.14
"""How far outside the bare head there may be hair, in face widths."""
GRAIN, PORES = 14.0, 3.0
"""The most (of 255) by which what is made up differs from an even tone; the most where it mirrors
the face, of which it must show no second brow."""
EVEN = 1 / 90
"""Over what distance grain is told from tone, in picture sides."""
COARSE, EVENED = 180, (2.0, 8.0)
"""Tones are evened out in a picture of this side, by so many of its pixels: next to the edge and
far from it."""
DRAWN_OUT = 0.1
"""Over what distance a stripe at the edge becomes an even tone, in picture sides."""
END = 0.02
"""At the outer edge of the larger square the person has an end, over so much of its side."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a square of *size* pixels lies in a larger one of *side*."""

    size: int
    side: int
    left: int
    top: int

    def around(self, square: Square) -> Square:
        """The larger square in the source of the smaller. It may reach out of the picture."""
        pixel = square.size / self.size
        x, y = square.x - round(self.left * pixel), square.y - round(self.top * pixel)
        return Square(x, y, round(self.side * pixel))

    def outwards(self, points: Floats) -> Floats:
        """*points* (n, 3) of the smaller square in units of the larger one."""
        return (points * self._share + self._shift).astype(np.float32)

    def inwards(self, rig: PortraitRig) -> PortraitRig:
        """*rig*, made of the larger square, for the smaller one."""
        mouth, eyes, skin = (self._part(part) for part in rig.parts)
        x, y, z = (np.asarray(rig.pivot) - self._shift) / self._share
        rows, columns = (slice(at, at + self.size) for at in (self.top, self.left))
        return PortraitRig(
            mouth, eyes, skin, np.ascontiguousarray(rig.background[rows, columns]),
            (float(x), float(y), float(z)), rig.rest_weights, rig.yaw,
        )  # fmt: skip

    @property
    def _share(self) -> float:
        return self.size / self.side

    @property
    def _shift(self) -> Floats:
        middle = (np.array([self.left, self.top]) + self.size / 2) / self.side - 0.5
        return np.array([middle[0], -middle[1], 0])

    def _part(self, part: Part) -> Part:
        positions = (part.positions - self._shift) / self._share
        morphs = part.morphs / np.float32(self._share)
        return replace(part, positions=positions.astype(np.float32), morphs=morphs)


def frame_for(outline: Outline, matte: Floats) -> Frame | None:
    """The larger square that the head needs whose *outline* and *matte* (size, size) these are;
    None where the picture shows all of it."""
    size = len(matte)
    cuts = zip(MARGINS, _cut_sides(outline, matte), strict=True)
    left, right, top, bottom = (round(margin * size) * cut for margin, cut in cuts)
    more = max(left + right, top + bottom)
    if not more:
        return None
    return Frame(
        size, size + more, left + (more - left - right) // 2, top + (more - top - bottom) // 2
    )


def _cut_sides(outline: Outline, matte: Floats) -> tuple[bool, ...]:
    """Whether the left, right, upper and lower edge of the picture cuts what follows the head."""
    places = np.linspace(-0.5, 0.5, len(matte))
    edge = np.full(len(matte), 0.5)
    sides = (
        (matte[:, 0], np.column_stack([-edge, -places])),
        (matte[:, -1], np.column_stack([edge, -places])),
        (matte[0], np.column_stack([places, edge])),
        (matte[-1], np.column_stack([places, -edge])),
    )
    return tuple(
        bool((following(points[shown > 0.5], outline) > FOLLOWS).any()) for shown, points in sides
    )


def widened(
    picture: Pixels, square: Square, image: Pixels, frame: Frame, fitted: Fit
) -> tuple[Pixels, Floats]:
    """The larger square (side, side, 3) around *image*, the *square* of *picture*, and who of it is
    the person (side, side). *fitted*: in units of the larger one."""
    wide, known = _cut(picture, frame.around(square), frame.side)
    rows, columns = (slice(at, at + frame.size) for at in (frame.top, frame.left))
    wide[rows, columns], known[rows, columns] = image, True
    seen = person(wide, fitted)
    matte = np.where(known, seen, _beyond(seen, known, fitted)).astype(np.float32)
    grain = np.where(face_mask(fitted, frame.side), PORES, GRAIN).astype(np.float32)
    return np.where(known[..., None], wide, _made_up(wide, known, matte, grain)), matte


def _cut(picture: Pixels, square: Square, side: int) -> tuple[Pixels, Mask]:
    """Pixels (side, side, 3), beyond the picture those at its edge, and which are its own."""
    height, width = picture.shape[:2]
    y, x = (np.arange(square.size) + at for at in (square.y, square.x))
    inside = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))
    rows, columns = np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)
    whole = Square(0, 0, square.size).cut(picture[rows][:, columns], side)
    known = cv2.resize(inside.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST)
    return whole, known > 0


def _bounds(known: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last row, first and last column of the rectangle that is *known*."""
    rows, columns = np.flatnonzero(known.any(1)), np.flatnonzero(known.any(0))
    return rows[[0, -1]], columns[[0, -1]]


def _beyond(matte: Floats, known: Mask, fitted: Fit) -> Floats:
    """(side, side): who is the person where nothing is *known*: a head goes on as far as heads and
    hair do, a body for ever."""
    side, width = len(matte), float(np.ptp(fitted.rest[:, 0]))
    nearest = _carried_on(matte, known)
    head = grown(silhouette(head_of(fitted, width), side), round(HAIR * width * side))
    head[round((0.5 - float(fitted.rest[:, 1].min())) * side) :] = True
    at = np.arange(side)
    end = np.clip(np.minimum(at, at[::-1]) / (END * side) - 0.5, 0, 1)
    shown = nearest * head * np.minimum(end[:, None], end)
    return np.asarray(cv2.GaussianBlur(shown.astype(np.float32), (0, 0), side / 300), np.float32)


def _carried_on(picture: Floats, known: Mask) -> Floats:
    """Beyond what is *known* that which is nearest to it."""
    rows, columns = _bounds(known)
    at = np.arange(len(picture))
    return picture[np.clip(at, *rows)][:, np.clip(at, *columns)]


def _going_on(tones: Floats, known: Mask) -> Floats:
    """*tones* (side, side, 3) beyond the edges of what is *known* as they are along them, more and
    more evenly: a stripe is not drawn out."""
    size = (len(tones), len(tones))
    small = cv2.resize(_carried_on(tones, known), (COARSE, COARSE), interpolation=cv2.INTER_AREA)
    edge, even = (cv2.GaussianBlur(small, (0, 0), sigma) for sigma in EVENED)
    away = cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_L2, 5)
    share = np.clip(away / (DRAWN_OUT * len(tones)), 0, 1)[..., None]
    near, far = (cv2.resize(one, size, interpolation=cv2.INTER_LINEAR) for one in (edge, even))
    return np.asarray(near * (1 - share) + far * share, np.float32)


def _made_up(wide: Pixels, known: Mask, matte: Floats, grain: Floats) -> Pixels:
    """Tones that go on, the person's and the background's, and of the person the mirrored grain, at
    most *grain* (side, side)."""
    seen = wide.astype(np.float32)
    own = _going_on(fill(seen, (known & (matte > SOLID)).astype(np.float32)), known)
    own += _mirrored(np.clip(seen - _blurred(seen), -grain[..., None], grain[..., None]), known)
    behind = _going_on(fill(seen, (known & (matte < FAINT)).astype(np.float32)), known)
    return to_bytes(own * matte[..., None] + behind * (1 - matte[..., None]))


def _blurred(picture: Floats) -> Floats:
    return softened(picture, EVEN * len(picture))


def _mirrored(picture: Floats, known: Mask) -> Floats:
    """What is beyond the edges of what is *known* as in a mirror."""
    at = np.arange(len(picture))
    rows, columns = (
        np.clip(last - np.abs(last - first - np.abs(at - first)), 0, len(at) - 1)
        for first, last in _bounds(known)
    )
    return picture[rows][:, columns]
