"""How the 52 ARKit shapes move the landmarks of a mean face."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from avatar_serving import weights
from avatar_serving.avatars.anny import read_head
from avatar_serving.avatars.emphasis import STRONGER, emphasised
from avatar_serving.avatars.registration import Registration, register
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import surface_edges
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import OVAL
from avatar_serving.media import ARKIT

VERSION = "14"
"""Raise it when what `_make` writes changes."""
RIM_TRUST = 0.01
"""How much the landmarks on the face's outline count: it runs where the mesh turns away from the
view, so that their places on it are poor and what is inside tells better how they move."""
STIFFNESS = 0.4
"""How much smoothness counts against landmark noise."""
CORNERS = (33, 133, 263, 362, 78, 308)
"""Of the eyes and of the mouth opening."""
JAW = ("jawForward", "jawLeft", "jawRight", "jawOpen")


@dataclass(frozen=True, slots=True, eq=False)
class FaceBasis:
    """Centimetres of the canonical face: x to the person's left, y up, z towards the viewer."""

    points: Floats
    """(468, 3): the canonical face."""
    shapes: Floats
    """(52, 468, 3): what each of ARKIT adds to it."""
    jaw: Floats
    """(4, 3, 4): for each of JAW, the displacement of what is fixed to the jaw, as an affine
    function of its place."""
    head: Floats
    """(n, 3): the whole head of the sculpted mesh, where its face is the canonical one."""
    head_triangles: NDArray[np.int32]
    """(m, 3)"""
    head_marks: Floats
    """(468, 3): the landmarks on it."""


@cache
def face_basis() -> FaceBasis:
    """Raises WeightMissing, WeightCorrupt."""
    with np.load(weights.derived("face-basis.npz", "anny-head", _make, VERSION)) as stored:
        return FaceBasis(
            canonical_mesh()[0], stored["shapes"], stored["jaw"], stored["head"],
            stored["head_triangles"], stored["head_marks"],
        )  # fmt: skip


def _make(folder: Path, target: Path) -> None:
    head = read_head(folder)
    canonical = canonical_mesh()[0]
    views = register(head)
    points = _average(views, head.vertices)
    turn, scale, shift = similarity(points, canonical)
    shapes = np.stack([_average(views, unit) for unit in head.units]) @ turn.T * scale
    shapes = _symmetric(_smoothed(shapes, canonical), canonical)
    shapes = emphasised(shapes, canonical)
    teeth = head.vertices[head.lower_teeth] @ turn.T * scale + shift
    moved = (
        head.units[ARKIT.index(name)][head.lower_teeth] @ turn.T * scale * STRONGER.get(name, 1)
        for name in JAW
    )
    jaw = np.stack([_affine(teeth, displacement) for displacement in moved])
    used, triangles = np.unique(head.skin, return_inverse=True)
    whole = head.vertices[used] @ turn.T * scale + shift
    marks = points @ turn.T * scale + shift
    with target.open("wb") as file:
        np.savez(
            file, shapes=shapes.astype("f4"), jaw=jaw.astype("f4"), head=whole.astype("f4"),
            head_triangles=triangles.reshape(-1, 3).astype("i4"), head_marks=marks.astype("f4"),
        )  # fmt: skip


def _average(views: list[Registration], values: Floats) -> Floats:
    return np.mean([view.of(values) for view in views], axis=0)


def similarity(source: Floats, target: Floats) -> tuple[Floats, float, Floats]:
    """Rotation (3, 3), scale and shift with target = scale * rotation @ source + shift, in the
    least-squares sense."""
    middle, goal = source.mean(0), target.mean(0)
    a, b = source - middle, target - goal
    left, stretch, right = np.linalg.svd(b.T @ a)
    mirror = np.array([1.0, 1.0, np.linalg.det(left @ right)])
    turn = (left * mirror) @ right
    scale = float((stretch * mirror).sum() / (a**2).sum())
    return turn, scale, goal - scale * turn @ middle


def _smoothed(shapes: Floats, canonical: Floats) -> Floats:
    """Displacements that bend little over the mesh. Lids and lips are apart in it, so they do not
    drag one another along; beyond the last trusted points they go on as they went before."""
    bend = _bending(canonical)
    trust = np.ones(len(canonical))
    trust[list(OVAL)] = RIM_TRUST
    system = np.diag(trust) + STIFFNESS * bend.T @ bend
    flat = shapes.transpose(1, 0, 2).reshape(len(canonical), -1)
    smooth = np.linalg.solve(system, trust[:, None] * flat)
    return smooth.reshape(len(canonical), len(shapes), 3).transpose(1, 0, 2)


def _bending(canonical: Floats) -> Floats:
    """(468, 468): each point's value less the mean of its neighbours', near ones counting more.
    Along lids and lips the neighbours are those on the rim, and corners are free."""
    edges, rims = surface_edges()
    links = np.zeros((len(canonical), len(canonical)))
    links[edges[:, 0], edges[:, 1]] = links[edges[:, 1], edges[:, 0]] = 1
    opening = np.setdiff1d(rims, OVAL)
    links[opening] *= np.isin(np.arange(len(canonical)), opening)
    links[list(CORNERS)] = 0
    apart = np.linalg.norm(canonical[:, None] - canonical, axis=2)
    links /= np.maximum(apart, 1e-6)
    bend = np.eye(len(canonical)) - links / np.maximum(links.sum(1, keepdims=True), 1e-9)
    bend[list(CORNERS)] = 0
    return bend


def _affine(places: Floats, displacements: Floats) -> Floats:
    """(3, 4) that best gives *displacements* (n, 3) from *places* (n, 3) and a one."""
    with_one = np.column_stack([places, np.ones(len(places))])
    return np.linalg.lstsq(with_one, displacements, rcond=None)[0].T


def _symmetric(shapes: Floats, canonical: Floats) -> Floats:
    """Average each shape with the mirror image of its counterpart: halves the landmark noise."""
    flip = np.array([-1, 1, 1], np.float32)
    _, twin = KDTree(canonical).query(canonical * flip)
    order = [ARKIT.index(_mirror_name(name)) for name in ARKIT]
    return (shapes + shapes[order][:, twin] * flip) / 2


def _mirror_name(name: str) -> str:
    if name.endswith("Left"):
        return name[:-4] + "Right"
    return name[:-5] + "Left" if name.endswith("Right") else name
