"""Where a drawn eye is: its opening between lash line and lower lid, its iris, its lashes."""

from dataclasses import dataclass

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.drawings.colours import Colours, Mask, edges
from avatar_serving.drawings.ellipse import eye_ellipses

REACH = (0.46, 0.62)
"""How far an eye may go from where it was looked for, across and up or down, in distances of the
eyes."""
SEED = 0.16
"""How far around that place something of the eye must be."""
JOIN = 0.02
"""Lines this far apart are parts of one eye."""
WING = 0.08
"""Columns lower than this share of the eye's height are lashes that reach past its corners."""
WIDEST, HIGHEST = 0.82, 0.98
"""Of an eye, in distances of the eyes."""
SKIN, MOST_SKIN = 6.0, 0.25
"""What is so like skin is skin, and how much of it may be in an eye."""
DARK = 0.55
"""Lightness of a lash line, over that of the skin."""
MOST_LASH, LEAST_LASH = 0.3, 0.04
"""How much of an eye's height its lash line may take, and takes where there is none."""
RISE = 0.4
"""How far above what was found of an eye its lash line may go on, in eye heights."""
PALE = 0.8
"""Lightness from which what is in an eye is its white, over the lightest in it."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnEye:
    """In pixels of the upright crop, from the image's left to its right."""

    x: Floats
    """(k,) columns."""
    upper: Floats
    """(k,) where the opening begins under the lash line."""
    lower: Floats
    """(k,) where it ends."""
    lash: float
    """Thickness of the lash line."""
    iris: tuple[float, float]
    radius: float
    """Half the width of the iris."""

    @property
    def width(self) -> float:
        return float(self.x[-1] - self.x[0])

    @property
    def height(self) -> float:
        return float((self.lower - self.upper).max())

    @property
    def middle(self) -> Floats:
        """(2,): x and y of the opening's middle."""
        return np.array([(self.x[0] + self.x[-1]) / 2, (self.upper.min() + self.lower.max()) / 2])


def find_eyes(
    seen: Colours, places: tuple[Floats, Floats]
) -> tuple[DrawnEye | None, DrawnEye | None]:
    """The eyes near two *places* (x, y), each None where there is none."""
    masks = tuple(_found(seen, place) for place in places)
    if any(mask is not None and not _alone(seen, mask) for mask in masks):
        masks = eye_ellipses(seen, places) or (None, None)
    right, left = (None if mask is None else _measured(seen, mask) for mask in masks)
    return right, left


def _found(seen: Colours, place: Floats) -> Mask | None:
    first = _blob(seen, place)
    if first is None:
        return None
    # The first look finds the eye, the second looks from its middle.
    rows, columns = np.nonzero(first)
    middle = np.array([(columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2])
    return _blob(seen, middle)


def _alone(seen: Colours, mask: Mask) -> bool:
    """Whether a mark is no more than an eye: one that runs into hair is larger, or has skin between
    its parts."""
    width = float(np.ptp(np.flatnonzero(mask.any(0))))
    height = float(np.ptp(np.flatnonzero(mask.any(1))))
    skin = float((seen.unlike[mask] < SKIN).mean())
    return width < WIDEST * seen.apart and height < HIGHEST * seen.apart and skin < MOST_SKIN


def _blob(seen: Colours, place: Floats) -> Mask | None:
    """What is no skin around *place*, filled."""
    y, x = np.mgrid[: len(seen.lab), : len(seen.lab)]
    dx, dy = np.abs(x - place[0]) / seen.apart, np.abs(y - place[1]) / seen.apart
    window = (dx < REACH[0]) & (dy < REACH[1]) & seen.face
    width = 2 * round(JOIN * seen.apart) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    marks = (seen.feature & window).astype(np.uint8)
    joined = np.asarray(cv2.morphologyEx(marks, cv2.MORPH_CLOSE, kernel))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    near = np.unique(labels[(np.hypot(dx, dy) < SEED) & (labels > 0)])
    near = [i for i in near if stats[i, cv2.CC_STAT_AREA] > (0.04 * seen.apart) ** 2]
    if not near:
        return None
    points = np.argwhere(np.isin(labels, near))[:, ::-1].astype(np.int32)
    hull = np.zeros(joined.shape, np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(points), (1,))
    return hull > 0


def _measured(seen: Colours, mask: Mask) -> DrawnEye | None:
    columns, top, bottom = edges(mask)
    tall = bottom - top > WING * (bottom - top).max()
    columns, top, bottom = columns[tall], top[tall], bottom[tall]
    if len(columns) < 6:
        return None
    top -= _rise(seen, columns, top, bottom)
    lash = _lash(seen, columns, top, bottom)
    u = np.linspace(-1, 1, len(columns))
    upper = np.minimum(_smooth(u, top + lash), bottom - 1)
    lower = np.maximum(_smooth(u, bottom - LEAST_LASH * (bottom - top)), upper + 1)
    middle = (upper + lower) / 2
    # Corners are points.
    share = np.clip((1 - np.abs(u)) / 0.05, 0, 1) ** 0.5
    upper, lower = middle + (upper - middle) * share, middle + (lower - middle) * share
    iris, radius = _iris(seen, columns, upper, lower)
    return DrawnEye(columns, upper, lower, float(lash), iris, radius)


def _rise(seen: Colours, columns: Floats, top: Floats, bottom: Floats) -> float:
    """How much further up the dark line along the top goes; 0 where it runs into dark hair."""
    dark = seen.lab[..., 0] < DARK * seen.skin[0]
    most = round(RISE * float((bottom - top).max()))
    central = range(len(columns) // 4, -(-3 * len(columns) // 4))
    runs: list[int] = []
    for i in central:
        above = dark[max(0, int(top[i]) - most) : int(top[i]), int(columns[i])][::-1]
        runs.append(len(above) if above.all() else int((~above).argmax()))
    ended = [run for run in runs if run < most]
    return float(np.median(ended)) if len(ended) > len(runs) / 2 else 0.0


def _lash(seen: Colours, columns: Floats, top: Floats, bottom: Floats) -> float:
    """Thickness of the dark line along the top, in the middle of the eye."""
    dark = seen.lab[..., 0] < DARK * seen.skin[0]
    runs: list[float] = []
    central = range(len(columns) // 4, -(-3 * len(columns) // 4))
    for i in central:
        first, last = int(top[i]), int(bottom[i])
        column = dark[first : last + 1, int(columns[i])]
        start = int(column.argmax())
        if not column[start] or start > MOST_LASH * len(column):
            continue
        rest = column[start:]
        runs.append(start + (len(rest) if rest.all() else int((~rest).argmax())))
    height = float((bottom - top).max())
    thick = float(np.median(runs)) if runs else 0.0
    return float(np.clip(thick, LEAST_LASH * height, MOST_LASH * height))


def _smooth(u: Floats, values: Floats) -> Floats:
    """A cubic and half an ellipse, -1..1: eyes are round at their sides."""
    terms = np.stack([u**0, u, u**2, u**3, np.sqrt(np.maximum(1 - u**2, 0))], 1)
    return terms @ np.linalg.lstsq(terms, values, rcond=None)[0]


def _iris(
    seen: Colours, columns: Floats, upper: Floats, lower: Floats
) -> tuple[tuple[float, float], float]:
    """Middle and half width of what is not the white of the eye."""
    rows = np.arange(len(seen.lab))[:, None]
    inside = np.zeros(seen.face.shape, bool)
    at = columns.astype(int)
    inside[:, at] = (rows >= upper) & (rows <= lower)
    light, colourful = seen.lab[..., 0], np.linalg.norm(seen.lab[..., 1:], axis=-1)
    white = np.percentile(light[inside], 97) if inside.any() else 100
    iris = inside & ((light < PALE * white) | (colourful > 22))
    if iris.sum() < 12:
        middle = (float(columns.mean()), float((upper.min() + lower.max()) / 2))
        return middle, float(np.ptp(columns)) * 0.3
    y, x = np.nonzero(iris)
    width = float(np.percentile(x, 97) - np.percentile(x, 3)) / 2
    return (float(x.mean()), float(y.mean())), max(width, 2.0)
