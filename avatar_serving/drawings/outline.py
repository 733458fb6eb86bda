"""Where the outline of a drawn face really runs, near where the photo model thinks."""

import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.drawings.colours import FEATURE, Colours
from avatar_serving.faces.crop import FaceCrop
from avatar_serving.faces.topology import LEFT_EYE, NOSE_TIP, OVAL, RIGHT_EYE

FROM, TO, STEPS = 0.78, 1.16, 77
"""The outline is looked for between these shares of its expected distance from the nose."""
LINE = 0.035
"""How far into the outline's own line it is put, in distances of the eyes."""
SMOOTH = 2


def outline(seen: Colours, crop: FaceCrop) -> Floats:
    """(36, 2): the ring OVAL, with jaw and cheeks moved to the edge of the skin."""
    ring = crop.points[list(OVAL)].astype(np.float64)
    middle = crop.points[NOSE_TIP].astype(np.float64)
    eyes = crop.points[[*RIGHT_EYE, *LEFT_EYE], 1].max()
    shares = np.array([_edge(seen, middle, point) for point in ring])
    shares[ring[:, 1] < eyes] = 1
    known = np.flatnonzero(np.isfinite(shares))
    around = np.arange(len(ring))
    shares = np.interp(around, known, shares[known], period=len(ring))
    # One strand of hair is no edge.
    near = np.stack([np.roll(shares, step) for step in range(-SMOOTH, SMOOTH + 1)])
    return middle + (ring - middle) * np.median(near, axis=0)[:, None]


def _edge(seen: Colours, middle: Floats, point: Floats) -> float:
    """Where, on the way from *middle* to beyond *point* (1), skin ends; NaN if it does not."""
    way = np.linspace(FROM, TO, STEPS)
    x, y = np.round(middle + (point - middle) * way[:, None]).astype(int).T
    side = len(seen.lab)
    inside = (x >= 0) & (x < side) & (y >= 0) & (y < side)
    other = np.zeros(STEPS, bool)
    other[inside] = seen.unlike[y[inside], x[inside]] > FEATURE
    if not other.any() or other[0]:
        return float("nan")
    length = float(np.linalg.norm(point - middle))
    return float(way[other.argmax()]) + LINE * seen.apart / max(length, 1.0)
