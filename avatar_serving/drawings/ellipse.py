"""Eyes that run into hair or shadow, found as the two ellipses of one size that stand out best from
the skin beside and below them."""

from itertools import product

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.drawings.colours import Colours, Mask

ACROSS = np.linspace(-0.15, 0.15, 7)
DOWN = np.linspace(-0.12, 0.24, 7)
"""Where its middle is looked for around the expected place, in distances of the eyes."""
HALF_WIDTHS = np.linspace(0.16, 0.36, 6)
HEIGHTS = np.linspace(0.6, 1.5, 7)
"""Half widths in distances of the eyes; heights over widths."""
AROUND = 32
INNER, OUTER = 0.85, 1.22
ABOVE = 0.25
"""How much the upper side counts: above an eye there is often hair."""
FULL = 30.0
"""A difference from skin beyond this counts no more."""
SIZE = 0.12
"""What a larger ellipse gains: the iris alone stands out as well as the eye."""
LEAST = 0.12
"""Worse than this nothing was found."""
WAYS, FARTHEST, STEPS = 72, 1.7, 60
"""Where an ellipse is no more than the iris, the eye goes on up to so many times its size."""
SKIN = 8.0
"""Difference from the skin's colour below which it begins."""
SIDE = np.deg2rad(35)
"""Half the angle in which a side is looked at."""


def eye_ellipses(seen: Colours, places: tuple[Floats, Floats]) -> tuple[Mask, Mask] | None:
    """The two eyes as filled ellipses (side, side) of one size, or None. *places* (x, y): where
    the eyes should be."""
    apart = seen.apart
    marks = np.clip(seen.unlike / FULL, 0, 1)
    marks = np.asarray(cv2.GaussianBlur(marks, (0, 0), max(1.0, 0.02 * apart)), np.float32)
    steps = np.array(list(product(ACROSS, DOWN))) * apart
    halves = np.array([(w, w * h) for w, h in product(HALF_WIDTHS, HEIGHTS)]) * apart
    scores = [_scores(marks, place + steps, halves) for place in places]
    best = sum(score.max(0) for score in scores) / 2 + SIZE * halves[:, 0] / halves[:, 0].max()
    size = int(np.argmax(best))
    if best[size] < LEAST:
        return None
    right, left = (
        place + steps[score[:, size].argmax()] for place, score in zip(places, scores, strict=True)
    )
    return _whole_eyes(seen, (right, left), halves[size])


def _scores(marks: Floats, middles: Floats, halves: Floats) -> Floats:
    """(middles, halves): how much more marked an ellipse is just inside than just outside."""
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    way = np.stack([np.cos(turn), np.sin(turn)], 1)
    weight = np.where(way[:, 1] < -0.4, ABOVE, 1.0)

    def at(share: float) -> Floats:
        points = middles[:, None, None] + halves[None, :, None] * way * share
        x, y = np.moveaxis(np.clip(np.round(points).astype(int), 0, len(marks) - 1), -1, 0)
        return marks[y, x]

    return (at(INNER) - at(OUTER)) @ (weight / weight.sum())


def _whole_eyes(seen: Colours, middles: tuple[Floats, Floats], half: Floats) -> tuple[Mask, Mask]:
    """The ellipses, filled, each side out to where skin begins in both eyes; as it is where hair
    does."""
    turn = np.linspace(-np.pi, np.pi, WAYS, endpoint=False)
    shares = [
        _reach(seen, middle, np.stack([sign * np.cos(turn), np.sin(turn)], 1) * half)
        for middle, sign in zip(middles, (-1, 1), strict=True)
    ]

    def side(angle: float) -> float:
        near = np.abs((turn - angle + np.pi) % (2 * np.pi) - np.pi) < SIDE
        found = np.concatenate([share[near] for share in shares])
        known = found[np.isfinite(found)]
        return float(np.median(known)) if len(known) > len(found) / 3 else 1.0

    outer, inner, down, up = (side(angle) for angle in (0, np.pi, np.pi / 2, -np.pi / 2))
    size = half * np.array([outer + inner, down + up]) / 2
    shift = half * np.array([outer - inner, down - up]) / 2
    right, left = (
        _filled(len(seen.unlike), middle + shift * np.array([sign, 1]), size)
        for middle, sign in zip(middles, (-1, 1), strict=True)
    )
    return right, left


def _reach(seen: Colours, middle: Floats, way: Floats) -> Floats:
    """(WAYS,): how many times each of *way* skin begins; NaN if it does not."""
    shares = np.linspace(0.8, FARTHEST, STEPS)
    points = np.round(middle + way[:, None] * shares[:, None]).astype(int)
    x, y = np.moveaxis(np.clip(points, 0, len(seen.unlike) - 1), -1, 0)
    skin = (cv2.blur(seen.unlike, (3, 3))[y, x] < SKIN) & ~seen.white[y, x]
    return np.where(skin.any(1), shares[skin.argmax(1)], np.nan)


def _filled(side: int, middle: Floats, half: Floats) -> Mask:
    mask = np.zeros((side, side), np.uint8)
    x, y, a, b = (round(float(v)) for v in (*middle, *half))
    cv2.ellipse(mask, (x, y), (a, b), 0, 0, 360, (1,), -1)
    return mask > 0
