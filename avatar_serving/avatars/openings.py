"""The holes of the skin, through which eyes and mouth are seen."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from avatar_serving.avatars.rig import Floats, Part

Vertices = NDArray[np.intp]


def pieces(count: int, edges: NDArray[np.int32]) -> list[Vertices]:
    """The vertices, of *count*, of each connected piece of *edges* (n, 2)."""
    joined = coo_matrix((np.ones(len(edges)), edges.T), (count, count))
    _, label = connected_components(joined, directed=False)
    used = np.unique(label[edges])
    return [np.flatnonzero(label == piece) for piece in used]


def edges_of(triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """(3 m, 2): the sides of *triangles* (m, 3), the lower number first."""
    return np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), 1)


def rims(skin: Part) -> list[Vertices]:
    """The vertices of each line along which the skin ends: round holes, round lids, outside."""
    edges, count = np.unique(edges_of(skin.triangles), axis=0, return_counts=True)
    return pieces(len(skin.positions), edges[count == 1])


def rim_before(skin: Part, lines: list[Vertices], inside: Floats) -> Vertices:
    """Of those *lines* the ones in front of *inside* (n, 3), a piece of another part at rest: what
    is seen of it lies between them. None where the skin has no hole there."""
    low, high = inside[:, :2].min(0), inside[:, :2].max(0)
    found = [np.zeros(0, np.intp)]
    for line in lines:
        points = skin.positions[line, :2]
        if (points >= low).all() and (points <= high).all():
            found.append(line)
    return np.concatenate(found)
