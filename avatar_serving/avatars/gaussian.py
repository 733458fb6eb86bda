"""Avatars that are splats on a mesh without textures, such as those imported from elsewhere.

``avatar.glb`` holds the mesh (`skinned`), ``splats.ply`` a splat for each of its vertices: where it
is from there, its shape, its opacity, and its colour as plain RGB. A splat rides on the largest
triangle of its vertex at rest: that of the neutral face, and from version 2 of the format on, where
an ARKit shape unfolds a triangle that is folded away there, that of this shape.
"""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars import package, skinned
from avatar_serving.avatars.manifest import Manifest
from avatar_serving.avatars.package import Package
from avatar_serving.avatars.pictures import decode_webp, encode_webp
from avatar_serving.avatars.ply_table import (
    columns,
    logit,
    read_table,
    sigmoid,
    unit,
    write_table,
)
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.skinned import SkinnedMesh
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_sampling import areas, unfolded
from avatar_serving.avatars.splat_scene import NEUTRAL, Cover, SplatScene
from avatar_serving.avatars.splats import Gaussians, Splats
from avatar_serving.errors import PackageInvalid

FARTHEST = 1000
THUMBNAIL_PX = 256
JOINTS = ("body", "head")
UNFOLDED_FROM = 2
"""Version of the format."""
LARGEST = 0.25
"""Standard deviation of a splat, in image squares: a larger one would be a wall."""


def pack(
    mesh: SkinnedMesh, splats: Gaussians, background: NDArray[np.uint8], manifest: Manifest
) -> bytes:
    """A package. The means of *splats* are offsets from the vertices of *mesh*, in order."""
    scene = _scene(mesh, splats, background, NEUTRAL, manifest.version)
    thumbnail = SplatCanvas(scene, THUMBNAIL_PX).draw(NEUTRAL)
    files = {
        "avatar.glb": skinned.write(mesh, *JOINTS),
        "splats.ply": write_splats(splats),
        "background.webp": encode_webp(background),
        "thumbnail.webp": encode_webp(thumbnail),
    }
    return package.write(manifest, files)


def scene(opened: Package) -> SplatScene:
    """What is to be drawn of an opened package of this type. Raises PackageInvalid."""
    size = opened.manifest.image_size
    background = decode_webp(opened.files["background.webp"])
    if background.shape != (size, size, 3):
        raise PackageInvalid(f"background.webp is not {size} x {size} pixels")
    mesh, splats = skinned.read(opened.files["avatar.glb"]), read_splats(opened.files["splats.ply"])
    rest, version = opened.manifest.rest_weights, opened.manifest.version
    return _scene(mesh, splats, background, rest, version)


def read_splats(data: bytes) -> Gaussians:
    """Of a table whose colours are plain RGB. Raises PackageInvalid."""
    table = read_table(data)
    means = columns(table, "x", "y", "z")
    if np.abs(means).max() > FARTHEST:
        raise PackageInvalid("a .ply file holds splats that are too far away")
    scales = columns(table, "scale_0", "scale_1", "scale_2")
    return Gaussians(
        means=means,
        scales=np.exp(np.clip(scales, -20, 5)),
        rotations=unit(columns(table, "rot_0", "rot_1", "rot_2", "rot_3")),
        colours=np.clip(columns(table, "f_dc_0", "f_dc_1", "f_dc_2"), 0, 1),
        opacities=sigmoid(table["opacity"]),
    )


def write_splats(splats: Gaussians) -> bytes:
    """A table whose colours are plain RGB."""
    still = np.zeros((len(splats.means), 3), np.float32)
    shape = (np.log(splats.scales), splats.rotations)
    look = (splats.colours, logit(splats.opacities)[:, None])
    return write_table(np.column_stack([splats.means, still, *look, *shape]))


def _scene(
    mesh: SkinnedMesh, splats: Gaussians, background: NDArray[np.uint8], rest: tuple[float, ...],
    version: int,
) -> SplatScene:  # fmt: skip
    part = mesh.as_part()
    if len(splats.means) != len(mesh.positions):
        raise PackageInvalid("there must be one splat for each vertex of the mesh")
    if splats.scales.max() > LARGEST:
        raise PackageInvalid("a splat is larger than a face")
    corners = mesh.positions[mesh.triangles] if version < UNFOLDED_FROM else unfolded(part)
    triangle, corner = of_vertices(len(mesh.positions), mesh.triangles, corners)
    bound = Splats(
        triangle=triangle,
        barycentric=np.eye(3, dtype=np.float32)[corner],
        offset=splats.means,
        scales=splats.scales,
        rotations=splats.rotations,
        colours=splats.colours,
        opacities=splats.opacities,
    )
    cover = Cover(part, np.ascontiguousarray(corners), bound)
    return SplatScene((cover,), background, mesh.pivot, rest)


def of_vertices(
    count: int, triangles: NDArray[np.int32], corners: Floats
) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """For each of *count* vertices the largest of its triangles, and which of its corners it is.
    *corners* (m, 3, 3): of the triangles, at rest.

    Raises:
        PackageInvalid: a vertex has none.
    """
    largest = np.argsort(-areas(corners), kind="stable")
    vertices, first = np.unique(triangles[largest].ravel(), return_index=True)
    if len(vertices) != count:
        raise PackageInvalid("a vertex belongs to no triangle")
    return largest[first // 3].astype(np.int32), first % 3
