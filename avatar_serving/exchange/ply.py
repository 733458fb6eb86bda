"""Gaussians as the .ply files of the original 3D Gaussian Splatting code (Kerbl et al. 2023).

Numbers are stored as that code optimises them: colour as the constant spherical harmonic, opacity
as a logit, scales as logarithms. Its axes are those of COLMAP: y down, z away from the viewer.
"""

from dataclasses import replace

import numpy as np

from avatar_serving.avatars.ply_table import columns, logit, read_table, sigmoid, unit, write_table
from avatar_serving.avatars.splats import Gaussians
from avatar_serving.exchange import METRES

HARMONIC = 0.28209479177387814
"""The constant spherical harmonic, 1 / (2 sqrt(pi))."""


def write_ply(cloud: Gaussians) -> bytes:
    """*cloud* in image squares, with the axes of a rig; the file is in metres."""
    turned = flipped(scaled(cloud, METRES))
    return write_table(
        np.column_stack(
            [
                turned.means,
                np.zeros((len(turned.means), 3)),
                (turned.colours - 0.5) / HARMONIC,
                logit(turned.opacities),
                np.log(turned.scales),
                turned.rotations,
            ]
        )
    )


def read_ply(data: bytes) -> Gaussians:
    """What `write_ply` wrote, or others did: harmonics beyond the constant are left out.

    Raises:
        PackageInvalid: it is no such file, or damaged.
    """
    table = read_table(data)
    cloud = Gaussians(
        means=columns(table, "x", "y", "z"),
        scales=np.exp(np.clip(columns(table, "scale_0", "scale_1", "scale_2"), -20, 5)),
        rotations=unit(columns(table, "rot_0", "rot_1", "rot_2", "rot_3")),
        colours=np.clip(columns(table, "f_dc_0", "f_dc_1", "f_dc_2") * HARMONIC + 0.5, 0, 1),
        opacities=sigmoid(table["opacity"]),
    )
    return scaled(flipped(cloud), 1 / METRES)


def flipped(cloud: Gaussians) -> Gaussians:
    """Turned half round the x axis: from y up to y down, and back."""
    w, x, y, z = cloud.rotations.T
    return replace(
        cloud,
        means=cloud.means * np.array([1, -1, -1], np.float32),
        rotations=np.column_stack([-x, w, -z, y]),
    )


def scaled(cloud: Gaussians, factor: float) -> Gaussians:
    """*factor* times as large: places and extents, not colours."""
    size = np.float32(factor)
    return replace(cloud, means=cloud.means * size, scales=cloud.scales * size)
