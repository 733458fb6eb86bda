"""Where long hair hangs beside a face: before the shoulders, not around the back of the head."""

import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import to_pixels

FLAT = 0.6
"""How much less deep it lies than the head beside which it hangs."""
BESIDE = (0.1, 0.2)
"""Beside jaws it is looked for between these distances from the face, in face widths."""
LEVEL = (0.05, 0.4)
"""Between which heights above the lower end of the face that is, in face heights."""
SURE = (0.4, 0.7)
"""Shares of that which are the person from which on some of it is hair, and all."""
BEGINS, WHOLE = 0.8, 0.5
"""From where to where, above the lower end of a face, it hangs, in face heights."""


def flattened(points: Floats, rim: Floats, matte: Floats) -> Floats:
    """(n,), 0..1: by what the depth of *points* (n, 2) around a face with the outline *rim*
    (k, 3) is to be multiplied. *matte* (size, size): the person."""
    low, high = rim[:, :2].min(0), rim[:, :2].max(0)
    width, height = high - low
    across = np.clip((points[:, 0] - low[0]) / width, 0, 1)
    left, right = (_hair_beside(edge, way, low[1], height, width, matte) for edge, way in (
        (low[0], -1), (high[0], 1),
    ))  # fmt: skip
    hair = left + (right - left) * across
    above = (points[:, 1] - low[1]) / height
    return 1 - FLAT * hair * np.clip((BEGINS - above) / (BEGINS - WHOLE), 0, 1)


def _hair_beside(
    edge: float, way: int, bottom: float, height: float, width: float, matte: Floats
) -> float:
    """0..1: how surely there is hair beside the jaw; *way*: -1 is left, 1 right."""
    x = edge + way * np.linspace(*BESIDE, 8) * width
    y = bottom + np.linspace(*LEVEL, 16) * height
    places = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    column, row = np.clip(to_pixels(places, len(matte)).astype(int), 0, len(matte) - 1).T
    share = float(matte[row, column].mean())
    return float(np.clip((share - SURE[0]) / (SURE[1] - SURE[0]), 0, 1))
