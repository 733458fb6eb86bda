"""Where a drawn mouth is: a line, lips, or an opening."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import grown
from avatar_serving.drawings.colours import Colours, Mask, edges
from avatar_serving.drawings.eyes import DrawnEye
from avatar_serving.faces.crop import FaceCrop
from avatar_serving.faces.topology import CHIN, LIPS_OUTER, NOSE_BASE, OVAL

UNLIKE, CONTRAST = 6.0, 4.0
"""Difference from the skin, and from what is around, from which a pixel may be of the mouth."""
SURE = 18.0
"""Difference from the skin alone that is enough: teeth are lighter than the mouth around them."""
AROUND = 0.3
"""How far *around* reaches, in distances of the eyes."""
SIDES = 0.62
"""How far from the face's middle it may reach, in distances of the eyes."""
FROM, TO = 0.3, 0.95
"""Between the eyes (0) and the chin (1) it lies from here to there."""
CLEAR = 0.06
"""How far below both eyes it is at least, in distances of the eyes."""
BEYOND = 3
"""Pixels past the place of mouths within which a mark that goes on is a chin's or a collar's."""
JOIN = (0.12, 0.04)
"""Strokes this far apart, across and down, are one mouth; in distances of the eyes."""
LEVEL = 0.06
"""How far apart in height the two strokes of one mouth are at most, in distances of the eyes."""
TALLER, WIDEST = 1.5, 1.2
"""What goes on past there is of the mouth if the whole is no taller than so many times what was
found, and no wider than so many distances of the eyes."""
OPEN = 0.38
"""Height over width from which a mouth is open."""
SPREAD = 0.15
"""How far from where it was expected a mouth may well be, in distances of the eyes."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnMouth:
    """In pixels of the upright crop, from the image's left to its right."""

    x: Floats
    upper: Floats
    """(k,) its upper edge."""
    lower: Floats
    seam: Floats
    """(k,) where the lips meet, if they do."""
    open: bool

    @property
    def width(self) -> float:
        return float(self.x[-1] - self.x[0])

    @property
    def height(self) -> float:
        return float((self.lower - self.upper).max())


def find_mouth(seen: Colours, crop: FaceCrop, eyes: tuple[DrawnEye, DrawnEye]) -> DrawnMouth | None:
    mask = _blob(seen, crop, eyes)
    if mask is None:
        return None
    columns, top, bottom = edges(mask)
    opened = (bottom - top).max() > OPEN * np.ptp(columns)
    light = np.where(mask, seen.lab[..., 0], 200)[:, columns.astype(int)]
    rows = np.arange(len(mask))[:, None]
    darkness = np.maximum(light.max(0, where=light < 200, initial=0) + 1 - light, 0) ** 2
    seam = (darkness * rows).sum(0) / np.maximum(darkness.sum(0), 1e-6)
    smooth = [_smooth(columns, edge) for edge in (top, bottom + 1, seam + 0.5)]
    upper, lower = np.minimum(smooth[0], smooth[1] - 1), smooth[1]
    middle = np.clip(smooth[2], upper, lower)
    return DrawnMouth(columns + 0.5, upper, lower, middle, bool(opened))


def _blob(seen: Colours, crop: FaceCrop, pair: tuple[DrawnEye, DrawnEye]) -> Mask | None:
    apart, eyes = seen.apart, (pair[0].middle + pair[1].middle) / 2
    below = max(float(eye.lower.max()) for eye in pair) + CLEAR * apart
    chin = crop.points[CHIN]
    y, x = np.mgrid[: len(seen.lab), : len(seen.lab)]
    down = (y - eyes[1]) / max(chin[1] - eyes[1], 1)
    axis = eyes[0] + down * (chin[0] - eyes[0])
    window = (np.abs(x - axis) < SIDES * apart) & (down > FROM) & (down < TO) & (y > below)
    window &= crop.inside(OVAL, 0.93)
    window &= y > crop.points[NOSE_BASE, 1]
    size = 2 * round(AROUND * apart) + 1
    local = seen.unlike - cv2.blur(seen.unlike, (size, size))
    marked = (seen.unlike > SURE) | ((seen.unlike > UNLIKE) & (local > CONTRAST))
    marks = window & marked & ~seen.hair
    # Below the window, not beside it, is what a mouth never reaches.
    past = marked & ~window & (y > crop.points[list(LIPS_OUTER), 1].mean())
    joined = _joined(marks, apart)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(joined)
    expected = crop.points[list(LIPS_OUTER)].mean(0)
    best, best_score = 0, 0.0
    for i in range(1, count):
        width = float(stats[i, cv2.CC_STAT_WIDTH])
        if width < 0.08 * apart or width < 0.6 * stats[i, cv2.CC_STAT_HEIGHT]:
            continue
        if (grown(labels == i, BEYOND) & past).any():
            continue
        off = (centres[i] - (np.interp(centres[i][1], y[:, 0], axis[:, 0]), expected[1])) / apart
        score = width * float(np.exp(-(off @ off) / (2 * SPREAD**2)))
        if score > best_score:
            best, best_score = i, score
    if not best:
        return None
    found = _with_other_half(
        np.asarray(labels, np.int32), best, axis[round(centres[best][1]), 0], apart
    )
    return _to_its_end(found, marked & ~seen.hair & (y > below), apart)


def _with_other_half(labels: NDArray[np.int32], best: int, axis: float, apart: float) -> Mask:
    """The mark *best*, and if it lies on one side of the face's *axis* the stroke at its height on
    the other: some mouths are drawn as two strokes with skin between them."""
    found = labels == best
    rows, columns = np.nonzero(found)
    if columns.min() < axis < columns.max():
        return found
    near = np.abs(np.arange(len(found)) - rows.mean()) < LEVEL * apart
    low, high = sorted((2 * axis - columns.min(), 2 * axis - columns.max()))
    across = np.arange(labels.shape[1])
    facing = (across > low - LEVEL * apart) & (across < high + LEVEL * apart)
    others = np.unique(labels[near[:, None] & facing & (labels > 0)])
    other = np.isin(labels, others) & near[:, None]
    if not other.any():
        return found
    both = np.argwhere(found | other)[:, ::-1].astype(np.int32)
    whole = np.zeros(found.shape, np.uint8)
    cv2.fillConvexPoly(whole, cv2.convexHull(both), (1,))
    return whole > 0


def _joined(marks: Mask, apart: float) -> NDArray[np.uint8]:
    kernel = np.ones([2 * round(j * apart / 2) + 1 for j in (JOIN[1], JOIN[0])], np.uint8)
    return np.asarray(cv2.morphologyEx(marks.astype(np.uint8), cv2.MORPH_CLOSE, kernel), np.uint8)


def _to_its_end(found: Mask, marked: Mask, apart: float) -> Mask:
    """*found* with what goes on past the window where mouths are looked for: of a face that is
    turned the far corner lies outside it. As it is where that is more than a mouth, such as an
    outline that it touches."""
    _, labels = cv2.connectedComponents(_joined(marked | found, apart))
    whole = labels == np.bincount(labels[found]).argmax()
    rows, columns = np.flatnonzero(whole.any(1)), np.flatnonzero(whole.any(0))
    own = np.flatnonzero(found.any(1))
    tall = np.ptp(rows) + 1 > TALLER * (np.ptp(own) + 1) + CLEAR * apart
    return found if tall or np.ptp(columns) > WIDEST * apart else whole


def _smooth(columns: Floats, values: Floats) -> Floats:
    """Without the steps of pixels."""
    sigma = max(1.0, len(columns) / 16)
    reach = round(3 * sigma)
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    padded = np.pad(values, reach, mode="reflect", reflect_type="odd")
    if len(values) <= reach:
        return values
    return np.convolve(padded, kernel / kernel.sum(), "valid")
