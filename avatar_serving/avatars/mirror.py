"""The plane that maps a face onto itself."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from avatar_serving.avatars.basis import face_basis
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """In image square units."""

    middle: Floats
    """(3,), on it."""
    normal: Floats
    """(3,), of length 1, to the side that the photo shows better."""
    up: Floats
    """(3,), of length 1, in it."""

    def away(self, points: Floats) -> Floats:
        """(n,): how far on the near side *points* (n, 3) are."""
        return (points - self.middle) @ self.normal

    def flipped(self, points: Floats) -> Floats:
        """*points* (n, 3) in the mirror."""
        return points - 2 * self.away(points)[:, None] * self.normal


def mirror_of(fitted: Fit) -> Mirror:
    """The plane halfway between the landmarks of both sides."""
    other = fitted.rest[twins()]
    normal = ((fitted.rest - other) * np.sign(face_basis().points[:, :1])).mean(0)
    normal = normal / np.linalg.norm(normal) * np.sign(normal[2])
    return Mirror((fitted.rest + other).mean(0) / 2, normal, fitted.turn[:, 1])


@cache
def twins() -> NDArray[np.int64]:
    """(468,): of each landmark the one on the other side.

    Raises WeightMissing, WeightCorrupt."""
    points = face_basis().points
    return np.asarray(KDTree(points).query(points * (-1, 1, 1))[1], np.int64)
