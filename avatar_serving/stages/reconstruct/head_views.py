"""What a network that thinks on a map of the head is shown, and what it says of a mesh."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.dense import dense
from avatar_serving.avatars.head_map import HeadView, canonical_layout, gathered, places, unrolled
from avatar_serving.avatars.rig import Floats, PortraitRig, pose_part
from avatar_serving.avatars.skinned import SkinnedMesh
from avatar_serving.avatars.splats import Gaussians
from avatar_serving.avatars.surface import POINTS
from avatar_serving.errors import ImageRejected, StageFailed
from avatar_serving.faces import FaceFinder
from avatar_serving.lam.shape import read_shape
from avatar_serving.stages.reconstruct.network_process import NetworkProcess
from avatar_serving.stages.reconstruct.seen_splats import (
    as_gaussians,
    drawn_alone,
    in_metres,
    skinned,
)
from avatar_serving.uika.shape import UikaShape


@dataclass(frozen=True, slots=True, eq=False)
class MapNetwork:
    process: NetworkProcess
    shape: UikaShape
    layout: Floats
    """(468, 2), 0..1: where on its map each landmark of a face is."""


def open_network(process: NetworkProcess, folder: Path) -> MapNetwork:
    """Start *process* on the weights in *folder*.

    Raises:
        StageFailed: something is missing or does not fit.
        StageTimeout: it takes too long.
    """
    shape = read_shape(folder, UikaShape)
    layout = canonical_layout() if shape.layout == "canonical" else _layout(folder)
    process.start()
    return MapNetwork(process, shape, layout)


def view_of(rig: PortraitRig, finder: FaceFinder) -> HeadView:
    """Raises ImageRejected: of what the rig draws no face is known."""
    side = len(rig.background)
    white, black = drawn_alone(rig, side), drawn_alone(rig, side, tone=0)
    if not (faces := finder.find(white)):
        raise ImageRejected("face", "No face was found in the picture once it was cut out.")
    landmarks = faces[0].landmarks[:POINTS, :2] / side
    clear = cv2.subtract(white, black).max(2)  # over black and white the person is the same
    return HeadView(white, 255 - clear, landmarks.astype(np.float32))


def seen(
    rig: PortraitRig, views: Sequence[HeadView], edge: float, network: MapNetwork
) -> tuple[SkinnedMesh, Gaussians]:
    """The person's mesh, and what the network puts on it. *views*: of all pictures, the rig's own
    first; *edge*: longest distance of neighbours on the mesh."""
    start, shape = dense(rig, edge), network.shape
    mesh = start.mesh
    posed = pose_part(mesh, rig.pivot, rig.rest_weights, photo=1.0)
    points = posed[:, :2] * np.array([1, -1]) + 0.5
    behind = _behind(posed, mesh.triangles, mesh.head)
    side, layout = shape.image_px, network.layout
    found = network.process.attributes(
        {
            "pictures": np.stack([_resized(view.picture, side) for view in views]),
            "unrolled": np.stack([unrolled(view, layout, side)[0] for view in views]),
            "gathered": gathered(views, layout, shape.map_px),
            "places": places(points, behind, views[0], layout),
        }
    )
    return skinned(mesh, rig), as_gaussians(found, in_metres(mesh)[1], start)


def _layout(folder: Path) -> Floats:
    path = folder / "layout.npy"
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        reason = f"{path} says which part of the head is where on the network's map: {error}"
        raise StageFailed("reconstruct", reason) from error
    if found.shape != (POINTS, 2):
        raise StageFailed("reconstruct", f"{path} is {found.shape}, not ({POINTS}, 2)")
    return found.astype(np.float32)


def _behind(posed: Floats, triangles: NDArray[np.int32], head: Floats) -> NDArray[np.bool_]:
    """(n,): which vertices (n, 3) are in the farther half of the head, and face away."""
    corners = posed[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2]
    facing = np.zeros(len(posed))
    for corner in range(3):
        np.add.at(facing, triangles[:, corner], faces)
    depth = posed[head > 0.5, 2]
    return (facing < 0) & (posed[:, 2] < (depth.min() + depth.max()) / 2)


def _resized(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
