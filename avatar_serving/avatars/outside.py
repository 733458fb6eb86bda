"""What surrounds the face: hair, ears, neck, shoulders, as one grid that meets its outline."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, KDTree
from scipy.spatial.distance import cdist

from avatar_serving.avatars.hanging import flattened
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.skull import Skull
from avatar_serving.avatars.textures import grown, polygon_mask, to_pixels

SPACING = 0.0275
"""Between grid points, in image square units."""
SHAPE_REACH = 0.28
"""How far expressions pull at what surrounds the face, in face heights."""
NECK_START, NECK_LENGTH = 0.12, 0.5
"""Where the neck begins above the chin, and over what length it stops following the head, in face
heights."""
STEEPEST_OUTSIDE, STEEPEST_RIM, STEEPEST, FIRM = 3.5, 7.0, 9.0, 0.06
"""Largest slope of the depth outside the face, on its outline, and so far inside, in face
widths."""
FAR_START, FAR_END = 0.7, 1.3
"""From where to where things are less and less a part of the head, in face widths from the face."""
HELD = 0.15
"""How far from where the picture's edge cuts a person they begin to be free, in image units."""
CLING = 0.1
"""How far around its outline everything follows the head, in face heights."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The rim of the face mesh, (k, 3) in image square units, and its size."""

    rim: Floats
    chin: Floats

    @property
    def width(self) -> float:
        return float(np.ptp(self.rim[:, 0]))

    @property
    def height(self) -> float:
        return float(np.ptp(self.rim[:, 1]))


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    positions: Floats
    """(n, 3)."""
    head: Floats
    """(n,)."""
    pull: Floats
    """(n, k): how much of each rim point's displacement a vertex takes part in."""
    triangles: NDArray[np.int32]
    """(m, 3) into rim points (0..k), then *positions*."""
    body_depth: float
    """z of the shoulders."""


def surround(outline: Outline, matte: Floats, skull: Skull | None) -> Surroundings:
    """*matte* (size, size) says where the person is. Without a *skull* all is as deep as the
    nearest of the outline."""
    rim = outline.rim
    grid, distance = _grid(outline, matte)
    near = 1 / (cdist(grid, rim[:, :2]) + 0.02 * outline.width) ** 3
    near /= near.sum(1, keepdims=True)
    head = following(grid, outline) * free(grid, matte)
    body_depth = float(np.median(rim[:, 2])) - 0.15 * outline.width
    depth = near @ rim[:, 2]
    if skull is not None:
        depth = depth - skull.behind(grid) * flattened(grid, rim, matte)
        depth = depth * head + body_depth * (1 - head)
    pull = near * np.exp(-((distance / (SHAPE_REACH * outline.height)) ** 2))[:, None]
    triangles = _triangles(rim[:, :2], grid, matte)
    positions = np.column_stack([grid, depth]).astype(np.float32)
    return Surroundings(
        positions, head.astype(np.float32), pull.astype(np.float32), triangles, body_depth
    )


def gentle_depth(
    points: Floats, oval: NDArray[np.int32], face: int, width: float, far: Floats | None = None
) -> Floats:
    """z of all skin *points* (n, 3), raised where it falls away so steeply, at the sides of the
    face, that a turn of the head would smear a few pixels over the cheek. The first *face* points
    are the face, *oval* those on its outline; what is *far* (face,), 0..1, has a picture of its own
    that nothing smears, and keeps its depth."""
    apart = cdist(points[:, :2], points[:, :2])
    inside = apart[:, oval].min(1)
    share = np.clip(inside / (FIRM * width), 0, 1)
    slope = STEEPEST_RIM + share**2 * (STEEPEST - STEEPEST_RIM)
    slope[face:] = STEEPEST_OUTSIDE
    raised = points[:, 2] - slope[:, None] * apart
    if far is None:
        return raised.max(1)
    hidden = np.flatnonzero(far > 0)
    raised[face:, np.setdiff1d(hidden, oval)] = -np.inf
    depth = raised.max(1)
    depth[:face] += far * (points[:face, 2] - depth[:face])
    return depth


def _grid(outline: Outline, matte: Floats) -> tuple[Floats, Floats]:
    """Points (n, 2) outside the face where the person is or nearly is, and their distances to the
    face. Rows are staggered, which makes better triangles."""
    count = round(1 / SPACING) + 1
    steps = np.linspace(-0.5, 0.5, count)
    x, y = np.meshgrid(steps, steps)
    x[1::2] += SPACING / 2
    points = np.stack([np.clip(x, -0.5, 0.5), y], -1).reshape(-1, 2)
    distance = distance_from(points, outline)
    size = len(matte)
    person = grown(matte > 0.02, round(1.5 * SPACING * size))
    column, row = np.clip(to_pixels(points, size).astype(int), 0, size - 1).T
    kept = (distance > 0.7 * SPACING) & person[row, column]
    return points[kept], distance[kept]


def distance_from(points: Floats, outline: Outline) -> Floats:
    """(n,): how far outside the face *points* (n, 2) are; negative within."""
    rim = outline.rim[:, :2].astype(np.float32)
    return np.array([-cv2.pointPolygonTest(rim, (float(px), float(py)), True) for px, py in points])


def following(points: Floats, outline: Outline) -> Floats:
    """(n,), 0..1: how far *points* (n, 2) around the face follow the head: all above the neck,
    nothing at the shoulders, and nothing so far away that it is no hair: another person, a
    chair."""
    distance = distance_from(points, outline)
    below = outline.chin[1] + NECK_START * outline.height - points[:, 1]
    neck = 1 - step(below / (NECK_LENGTH * outline.height))
    near = 1 - step((distance / outline.width - FAR_START) / (FAR_END - FAR_START))
    return np.maximum(neck * near, np.exp(-((distance / (CLING * outline.height)) ** 2)))


def free(grid: Floats, matte: Floats) -> Floats:
    """0 where the picture's edge cuts through the person, 1 away from there: what reaches the edge
    is held there, or its end would show."""
    size = len(matte)
    places = np.linspace(-0.5, 0.5, size)
    edge = np.full(size, 0.5)
    sides = (
        (matte[:, 0], np.column_stack([-edge, -places])),
        (matte[:, -1], np.column_stack([edge, -places])),
        (matte[0], np.column_stack([places, edge])),
    )
    cut = np.concatenate([points[shown > 0.3] for shown, points in sides])
    if not len(cut):
        return np.ones(len(grid))
    return step(KDTree(cut).query(grid)[0] / HELD)


def step(share: Floats) -> Floats:
    """Smoothly from 0 at 0 to 1 at 1."""
    share = np.clip(share, 0, 1)
    return share**2 * (3 - 2 * share)


def _triangles(rim: Floats, grid: Floats, matte: Floats) -> NDArray[np.int32]:
    """Delaunay triangles between rim and grid that show something of the person."""
    points = np.concatenate([rim, grid])
    found = Delaunay(points).simplices.astype(np.int32)
    size = len(matte)
    face = polygon_mask(to_pixels(rim, size), size)
    middle = to_pixels(points[found].mean(1), size)
    column, row = np.clip(middle.astype(int), 0, size - 1).T
    found = found[~face[row, column]]
    a, b, c = (points[found[:, k]] for k in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    found[area < 0] = found[area < 0][:, ::-1]
    return found[(np.abs(area) > 1e-9) & _shows(points, found, matte)]


def _shows(points: Floats, triangles: NDArray[np.int32], matte: Floats) -> NDArray[np.bool_]:
    """Whether there is anything of the person in a triangle: what is fully transparent would only
    hide, in the depth buffer, what lies behind it."""
    size = len(matte)
    pixels = np.round((to_pixels(points, size) - 0.5)[triangles]).astype(np.int32)
    owner = np.full((size, size), -1, np.int32)
    for i, corners in enumerate(pixels):
        cv2.fillConvexPoly(owner, corners, (i,))
    most = np.zeros(len(triangles), np.float32)
    inside = owner >= 0
    np.maximum.at(most, owner[inside], matte[inside])
    return most > 0.01
