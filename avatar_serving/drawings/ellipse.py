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
    middles = (
        place + steps[score[:, size].argmax()] for place, score in zip(places, scores, strict=True)
    )
    right, left = (_filled(len(marks), middle, halves[size]) for middle in middles)
    return right, left


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


def _filled(side: int, middle: Floats, half: Floats) -> Mask:
    mask = np.zeros((side, side), np.uint8)
    x, y, a, b = (round(float(v)) for v in (*middle, *half))
    cv2.ellipse(mask, (x, y), (a, b), 0, 0, 360, (1,), -1)
    return mask > 0
