"""The head of the CC0 MakeHuman mesh and the ARKit face units that were sculpted for it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.media import ARKIT

NECK = 5.9
"""Height below which the body is left out, in the mesh's own decimetres."""


@dataclass(frozen=True, slots=True, eq=False)
class AnnyHead:
    """Decimetres: x to the person's left, y up, z forwards."""

    vertices: Floats
    """(n, 3) of the whole body."""
    skin: NDArray[np.int32]
    """(m, 3) triangles above the neck."""
    eyes: NDArray[np.int32]
    """(k, 3) triangles of both eyeballs."""
    lower_teeth: NDArray[np.int32]
    """Vertices."""
    units: Floats
    """(52, n, 3): what each of ARKIT adds."""


def read_head(folder: Path) -> AnnyHead:
    """From the unpacked files of MPFB's head, in their own units."""
    vertices, groups = _read_obj(folder / "mpfb2/3dobjs/base.obj")
    skin = _triangulated(groups["body"])
    skin = skin[(vertices[skin][:, :, 1] > NECK).all(1)]
    eyes = _triangulated(groups["helper-l-eye"] + groups["helper-r-eye"])
    units = np.stack(
        [
            _read_target(folder / f"faceunits01/targets/faceunits/{name}.target", len(vertices))
            for name in ARKIT
        ]
    )
    lower_teeth = np.unique(np.array(groups["helper-lower-teeth"], np.int32))
    return AnnyHead(vertices, skin, eyes, lower_teeth, units)


def _read_obj(path: Path) -> tuple[Floats, dict[str, list[list[int]]]]:
    vertices: list[list[float]] = []
    groups: dict[str, list[list[int]]] = {}
    group = ""
    for line in path.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(number) for number in rest.split()])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners = [int(corner.split("/")[0]) - 1 for corner in rest.split()]
            groups.setdefault(group, []).append(corners)
    return np.array(vertices, np.float32), groups


def _triangulated(quads: list[list[int]]) -> NDArray[np.int32]:
    corners = np.array(quads, np.int32)
    return np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])


def _read_target(path: Path, count: int) -> Floats:
    """A sparse list of displacements: index, x, y, z on each line."""
    rows = np.loadtxt(path, comments="#", dtype=np.float32, ndmin=2)
    moved = np.zeros((count, 3), np.float32)
    moved[rows[:, 0].astype(np.int64)] = rows[:, 1:]
    return moved
