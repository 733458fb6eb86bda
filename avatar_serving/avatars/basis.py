"""How the 52 ARKit shapes move the landmarks of a mean face."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from avatar_serving import weights
from avatar_serving.avatars.anny import read_head
from avatar_serving.avatars.registration import Registration, register
from avatar_serving.avatars.rig import Floats
from avatar_serving.faces import canonical_mesh
from avatar_serving.media import ARKIT

VERSION = "1"
"""Raise it when what `_make` writes changes."""
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


@cache
def face_basis() -> FaceBasis:
    """Raises WeightMissing, WeightCorrupt."""
    with np.load(weights.derived("face-basis.npz", "anny-head", _make, VERSION)) as stored:
        return FaceBasis(canonical_mesh()[0], stored["shapes"], stored["jaw"])


def _make(folder: Path, target: Path) -> None:
    head = read_head(folder)
    canonical = canonical_mesh()[0]
    views = register(head)
    points = _average(views, head.vertices)
    turn, scale, shift = similarity(points, canonical)
    shapes = np.stack([_average(views, unit) for unit in head.units]) @ turn.T * scale
    shapes = _symmetric(shapes, canonical)
    teeth = head.vertices[head.lower_teeth] @ turn.T * scale + shift
    moved = (head.units[ARKIT.index(name)][head.lower_teeth] @ turn.T * scale for name in JAW)
    jaw = np.stack([_affine(teeth, displacement) for displacement in moved])
    with target.open("wb") as file:
        np.savez(file, shapes=shapes.astype(np.float32), jaw=jaw.astype(np.float32))


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
