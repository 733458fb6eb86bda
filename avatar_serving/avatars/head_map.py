"""Heads laid out flat: on such a map a place is the same part of everybody's head.

What 468 landmarks say is carried on smoothly over the rest of the head by a thin plate, so that
neither pose nor expression matters, and any picture with a face will do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from avatar_serving.avatars.rig import Floats
from avatar_serving.faces import canonical_mesh

FACE = 0.4
"""The share of the map's side that the face takes; around it are hair, ears, neck and body."""
RIM, EDGE = 0.3, 0.5
"""How far from the middle of the map the head's outline lies, and the middle of its back."""
GRID = 48
"""Points along a side of the map at which the thin plate is asked; between them it is linear."""
SMOOTHING = 1e-6
"""Landmarks that lie on each other, as on a face seen from the side, do not tear the map."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadView:
    """A person in a picture."""

    picture: NDArray[np.uint8]
    """(side, side, 3), over white."""
    alpha: NDArray[np.uint8]
    """(side, side): 255 where the person is."""
    landmarks: Floats
    """(468, 2), 0..1 of the picture: x right, y down."""


def canonical_layout() -> Floats:
    """(468, 2), 0..1: where on the map each landmark is."""
    return (0.5 + FACE * (canonical_mesh()[1] - 0.5)).astype(np.float32)


def unrolled(view: HeadView, layout: Floats, size: int) -> tuple[NDArray[np.uint8], Floats]:
    """The head (size, size, 3), black where it is not seen; and how many pixels of the picture show
    each place of the map (size, size), 0 where none does."""
    at = _thin_plate(layout, view.landmarks, _grid(size)).reshape(GRID, GRID, 2)
    across, down = (
        np.asarray(cv2.resize(at[..., axis], (size, size)), np.float32) for axis in (0, 1)
    )
    side = len(view.picture)
    where = across * side - 0.5, down * side - 0.5
    shown = cv2.remap(view.picture, *where, cv2.INTER_LINEAR)
    alpha = cv2.remap(view.alpha, *where, cv2.INTER_LINEAR).astype(np.float32) / 255
    hits = _facing(across, down, layout) * side**2 * alpha
    return np.where(hits[..., None] > 0, shown, 0).astype(np.uint8), hits.astype(np.float32)


def gathered(views: Sequence[HeadView], layout: Floats, size: int) -> Floats:
    """(size, size, 4), 0..1: the mean of what all *views* show of each place, and how often it was
    seen, on a logarithmic scale."""
    total, colours = np.zeros((size, size)), np.zeros((size, size, 3))
    for view in views:
        shown, hits = unrolled(view, layout, size)
        colours += hits[..., None] * (shown / 255)
        total += hits
    mean = colours / np.maximum(total, 1e-9)[..., None]
    often = np.log1p(total)
    return np.dstack([mean, often / max(often.max(), 1e-6)]).astype(np.float32)


def places(points: Floats, behind: NDArray[np.bool_], view: HeadView, layout: Floats) -> Floats:
    """(n, 2), 0..1: where on the map *points* (n, 2; 0..1 of the picture) of a head are that is
    seen from the front. Those *behind* (n,) lie outside its outline, as if it were peeled."""
    found = _thin_plate(view.landmarks, layout, points) - 0.5
    far = np.linalg.norm(found, axis=1)
    beyond = RIM + (EDGE - RIM) * np.maximum(1 - far / RIM, 0)
    peeled = np.where(behind, beyond, far)
    found *= (peeled / np.maximum(far, 1e-6))[:, None]
    return np.clip(found + 0.5, 0, 1).astype(np.float32)


def _thin_plate(source: Floats, target: Floats, points: Floats) -> Floats:
    plate = RBFInterpolator(source.astype(np.float64), target, smoothing=SMOOTHING)
    return np.asarray(plate(points), np.float32)


def _grid(size: int) -> Floats:
    """(GRID^2, 2): where on the map the values lie that are enlarged to *size* pixels."""
    along = (np.arange(GRID, dtype=np.float64) + 0.5) / GRID
    return np.stack(np.meshgrid(along, along), -1).reshape(-1, 2)


def _facing(across: Floats, down: Floats, layout: Floats) -> Floats:
    """(size, size): area in the picture (of 1) of each pixel of the map; 0 where it is seen from
    behind. Most of a face that was found is seen from the front."""
    x_down, x_across = np.gradient(across)
    y_down, y_across = np.gradient(down)
    area: Floats = np.asarray(x_across * y_down - x_down * y_across)
    columns, rows = (np.clip(layout * len(area), 0, len(area) - 1)).astype(int).T
    return np.maximum(area * np.sign(np.median(area[rows, columns])), 0)
