"""The mesh of a face: the canonical triangles with eyes and mouth cut open, refined once.

Landmarks are too few for a smooth lip line. Each triangle becomes four; a new point lies where the
butterfly scheme puts it, and along the rims of openings where the four-point scheme does, so that
the refined surface still passes through every landmark and two rims that touch still touch.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from avatar_serving.avatars.rig import Floats
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import LEFT_EYE, LIPS_INNER, OVAL, RIGHT_EYE

POINTS = 468
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class FaceSurface:
    triangles: Indices
    """(m, 3), counter-clockwise from outside."""
    refine: sparse.csr_matrix
    """(n, 468): values at landmarks to values at the refined points."""
    oval: Indices
    """Refined rings, each in the order of its namesake in `faces.topology`."""
    right_eye: Indices
    left_eye: Indices
    lips: Indices

    @property
    def points(self) -> int:
        """How many refined points there are; the first 468 are the landmarks."""
        return int(self.triangles.max()) + 1

    def refined(self, values: Floats) -> Floats:
        """*values* (468, d) or (k, 468, d) at the refined points."""
        if values.ndim == 3:
            count, _, width = values.shape
            flat = np.moveaxis(values, 1, 0).reshape(POINTS, count * width)
            return np.moveaxis((self.refine @ flat).reshape(-1, count, width), 0, 1)
        return np.asarray(self.refine @ values)


def lid_pairs(ring: tuple[int, ...]) -> list[tuple[int, int]]:
    """(upper, lower) landmarks of an eye that meet when it closes, from the outer corner in."""
    return list(zip(ring[15:8:-1], ring[1:8], strict=True))


def lip_pairs() -> list[tuple[int, int]]:
    """(upper, lower) landmarks of the mouth opening that meet when it closes."""
    return list(zip(LIPS_INNER[19:10:-1], LIPS_INNER[1:10], strict=True))


@cache
def face_surface() -> FaceSurface:
    """Made once and kept."""
    triangles = _opened(canonical_mesh()[2])
    edges, opposite = _edges(triangles)
    middle = {edge: POINTS + i for i, edge in enumerate(edges)}
    rims = _rims(edges, opposite)
    rows = [_stencil(edge, opposite, rims) for edge in edges]
    return FaceSurface(
        triangles=_split(triangles, middle),
        refine=_matrix(rows),
        oval=_refined_ring(OVAL, middle),
        right_eye=_refined_ring(RIGHT_EYE, middle),
        left_eye=_refined_ring(LEFT_EYE, middle),
        lips=_refined_ring(LIPS_INNER, middle),
    )


def surface_edges() -> tuple[Indices, Indices]:
    """Edges (k, 2) between landmarks where eyes and mouth are open, and the landmarks on rims."""
    edges, opposite = _edges(_opened(canonical_mesh()[2]))
    rims = sorted(_rims(edges, opposite))
    return np.array(edges, np.int32), np.array(rims, np.int32)


Edge = tuple[int, int]


def _opened(triangles: Indices) -> list[tuple[int, int, int]]:
    """Without the triangles that fill an eye or the mouth."""
    rings = [set(RIGHT_EYE), set(LEFT_EYE), set(LIPS_INNER)]
    kept = [(int(a), int(b), int(c)) for a, b, c in triangles]
    return [t for t in kept if not any(set(t) <= ring for ring in rings)]


def _edge(a: int, b: int) -> Edge:
    return (a, b) if a < b else (b, a)


def _edges(triangles: list[tuple[int, int, int]]) -> tuple[list[Edge], dict[Edge, list[int]]]:
    """All edges in order, and the corners opposite to each."""
    opposite: defaultdict[Edge, list[int]] = defaultdict(list)
    for a, b, c in triangles:
        for edge, corner in ((_edge(a, b), c), (_edge(b, c), a), (_edge(c, a), b)):
            opposite[edge].append(corner)
    return sorted(opposite), opposite


def _rims(edges: list[Edge], opposite: dict[Edge, list[int]]) -> dict[int, list[int]]:
    """The neighbours along a rim of every point on one."""
    rims: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        if len(opposite[(a, b)]) == 1:
            rims[a].append(b)
            rims[b].append(a)
    return rims


def _stencil(
    edge: Edge, opposite: dict[Edge, list[int]], rims: dict[int, list[int]]
) -> list[tuple[int, float]]:
    """Which landmarks make the middle of *edge*, and how much each counts."""
    a, b = edge
    if len(opposite[edge]) == 1:
        before = next(n for n in rims[a] if n != b)
        after = next(n for n in rims[b] if n != a)
        return [(a, 9 / 16), (b, 9 / 16), (before, -1 / 16), (after, -1 / 16)]
    stencil = [(a, 1 / 2), (b, 1 / 2)]
    wings: list[int] = []
    for corner in opposite[edge]:
        for side in (_edge(a, corner), _edge(b, corner)):
            wings += [c for c in opposite[side] if c not in edge]
    if len(wings) == 4:
        stencil += [(corner, 1 / 8) for corner in opposite[edge]]
        stencil += [(wing, -1 / 16) for wing in wings]
    return stencil


def _matrix(rows: list[list[tuple[int, float]]]) -> sparse.csr_matrix:
    at, columns, values = list(range(POINTS)), list(range(POINTS)), [1.0] * POINTS
    for i, row in enumerate(rows):
        for column, value in row:
            at.append(POINTS + i)
            columns.append(column)
            values.append(value)
    shape = (POINTS + len(rows), POINTS)
    return sparse.csr_matrix((np.array(values, np.float32), (at, columns)), shape)


def _split(triangles: list[tuple[int, int, int]], middle: dict[Edge, int]) -> Indices:
    parts: list[tuple[int, int, int]] = []
    for a, b, c in triangles:
        ab, bc, ca = middle[_edge(a, b)], middle[_edge(b, c)], middle[_edge(c, a)]
        parts += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.array(parts, np.int32)


def _refined_ring(ring: tuple[int, ...], middle: dict[Edge, int]) -> Indices:
    points: list[int] = []
    for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
        points += [a, middle[_edge(a, b)]]
    return np.array(points, np.int32)
