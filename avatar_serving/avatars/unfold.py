"""Shapes that fold the face over itself are smoothed where they do: a fold shows its back."""

import numpy as np
from scipy import sparse

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import POINTS, Indices, face_surface, surface_edges
from avatar_serving.faces.topology import LEFT_EYE, LIPS_INNER, RIGHT_EYE

ROUNDS = 24
LEAST = 0.04
"""Share of its area that a triangle keeps at least."""
HELD = (*LIPS_INNER, *LEFT_EYE, *RIGHT_EYE)
"""Seams, which other correctives have brought together."""


def unfolded(shapes: Floats, face: Floats) -> Floats:
    """*shapes* (k, 468, 3) that turn over no triangle of *face* (468, 3), the neutral one, as far
    as that can be done without moving the seams."""
    triangles, mean, refine = face_surface().triangles, _means(face), face_surface().refine
    before = _areas(refine @ face, triangles)
    moved = shapes.copy()
    for shape in moved:
        for _ in range(ROUNDS):
            after = _areas(refine @ (face + shape), triangles)
            folded = (before > 0) & (after < LEAST * before)
            share = _near(triangles[folded])
            if not share.any():
                break
            shape += share[:, None] * 0.5 * (mean @ shape - shape)
    return moved


def _near(folded: Indices) -> Floats:
    """(468,): 1 for the landmarks that make the *folded* triangles, 0 for the rest."""
    points = np.unique(folded)
    near = np.zeros(POINTS)
    near[face_surface().refine[points].indices] = 1
    near[list(HELD)] = 0
    return near


def _areas(points: Floats, triangles: Indices) -> Floats:
    """Twice the signed area of each triangle in the picture."""
    a, b, c = (points[triangles[:, k], :2] for k in range(3))
    return (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]


def _means(face: Floats) -> sparse.csr_matrix:
    """(468, 468): the mean of each landmark's neighbours, near ones counting more."""
    edges, _ = surface_edges()
    ends = np.concatenate([edges, edges[:, ::-1]])
    apart = np.linalg.norm(face[ends[:, 0], :2] - face[ends[:, 1], :2], axis=1)
    weight = 1 / np.maximum(apart, 1e-4) ** 2
    links = sparse.csr_matrix((weight, (ends[:, 0], ends[:, 1])), (POINTS, POINTS))
    total = np.maximum(np.asarray(links.sum(1)).ravel(), 1e-9)
    return sparse.csr_matrix(sparse.diags(1 / total) @ links)
