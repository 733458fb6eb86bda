"""Gaussians that ride on the triangles of a mesh: an appearance of an avatar beside its textures.

A splat keeps its place on a triangle. When the triangle moves, its centre moves with it and its
covariance S becomes J S J^T, where J is the deformation of the triangle: along its plane the map
between its edges at rest and posed, across its plane a rotation.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.splat_kernels import carry

STRETCH = (0.01, 3.0)
"""Bounds of the singular values of J: a triangle that opens wide would make needles of its splats,
and one that collapses nothing at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Gaussians:
    """A cloud at one moment, in the axes of a rig: x right, y up, z towards the viewer."""

    means: Floats
    """(n, 3)"""
    scales: Floats
    """(n, 3): standard deviations along the axes that *rotations* turns."""
    rotations: Floats
    """(n, 4): unit quaternions w, x, y, z."""
    colours: Floats
    """(n, 3), sRGB 0..1, the same from every side."""
    opacities: Floats
    """(n,), 0..1, in the middle of a splat."""


@dataclass(frozen=True, slots=True, eq=False)
class Splats:
    """Gaussians bound to a mesh at rest."""

    triangle: NDArray[np.int32]
    """(n,): which triangle of the mesh a splat rides on."""
    barycentric: Floats
    """(n, 3): where on it."""
    offset: Floats
    """(n, 3): from there to the splat's centre, at rest."""
    scales: Floats
    """(n, 3), at rest; as in Gaussians, like the rest of these."""
    rotations: Floats
    """(n, 4), at rest."""
    colours: Floats
    """(n, 3)"""
    opacities: Floats
    """(n,)"""


class Carrier:
    """Moves splats with their mesh. Holds what does not change from frame to frame."""

    def __init__(self, splats: Splats, rest: Floats, triangles: NDArray[np.int32]) -> None:
        """*rest* (m, 3, 3): corners of each of *triangles* (m, 3) where the splats were bound."""
        self._splats = splats
        self._triangles = np.ascontiguousarray(triangles, np.int32)
        self._rest = np.ascontiguousarray(rest, np.float32)
        self._covariances = covariances(splats.scales, splats.rotations)

    def carried(self, positions: Floats) -> tuple[Floats, Floats]:
        """Centres (n, 3) and covariances (n, 6: xx, xy, xz, yy, yz, zz) for a posed mesh."""
        splats = self._splats
        return carry(
            self._rest, np.ascontiguousarray(positions, np.float32), self._triangles,
            splats.triangle, splats.barycentric, splats.offset, self._covariances, *STRETCH,
        )  # fmt: skip


def matrices(rotations: Floats) -> Floats:
    """(n, 3, 3) of unit quaternions w, x, y, z (n, 4)."""
    w, x, y, z = rotations.T
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return np.stack(rows, 1).reshape(-1, 3, 3)


def quaternions(turns: Floats) -> Floats:
    """Unit quaternions w, x, y, z (n, 4), w >= 0, of rotation matrices (n, 3, 3)."""
    from scipy.spatial.transform import Rotation

    if not len(turns):
        return np.zeros((0, 4), np.float32)
    found = Rotation.from_matrix(turns).as_quat(canonical=True)[:, [3, 0, 1, 2]]
    return found.astype(np.float32)


def axes(shapes: Floats) -> tuple[Floats, Floats]:
    """Scales (n, 3), the largest first, and rotations (n, 4) of covariances (n, 6)."""
    full = shapes[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3).astype(np.float64)
    values, turns = np.linalg.eigh(full)
    turns = turns[:, :, ::-1].copy()
    turns[:, :, 2] *= np.sign(np.linalg.det(turns))[:, None]
    scales = np.sqrt(np.maximum(values[:, ::-1], 1e-14)).astype(np.float32)
    return scales, quaternions(turns)


def covariances(scales: Floats, rotations: Floats) -> Floats:
    """(n, 6): xx, xy, xz, yy, yz, zz."""
    spread = matrices(rotations) * scales[:, None, :]
    full = spread @ spread.transpose(0, 2, 1)
    return np.ascontiguousarray(full.reshape(-1, 9)[:, [0, 1, 2, 4, 5, 8]], np.float32)
