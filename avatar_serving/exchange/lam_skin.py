"""Reads skin.glb of a LAM package, with whatever skeleton it has."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.gltf_reader import Reader, malformed_refused, natural
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.skinned import MAX_VERTICES, SkinnedMesh, floats, sized, triangles
from avatar_serving.errors import PackageInvalid
from avatar_serving.exchange.lam import HEAD_JOINT, SKIN
from avatar_serving.media import ARKIT

MAX_JOINTS = 1000
FEWEST_MORPHS = 20
"""A face with fewer of the 52 could not speak."""


def read_skin(data: bytes) -> SkinnedMesh:
    """In the file's own space. Morphs that it lacks (LAM has no tongueOut) move nothing.

    Raises:
        PackageInvalid: it is damaged, hostile, or not of a face with a head joint.
    """
    with malformed_refused(SKIN):
        reader = Reader(data, SKIN)
        skinned = [n for n in reader.tree["nodes"] if "mesh" in n and "skin" in n]
        if len(skinned) != 1:
            raise PackageInvalid(f"{SKIN}: there must be one skinned mesh")
        node = skinned[0]
        mesh = reader.tree["meshes"][natural(node["mesh"])]
        primitive = mesh["primitives"][0]
        attributes = primitive["attributes"]
        positions = floats(reader.array(attributes["POSITION"], "VEC3", MAX_VERTICES))
        skeleton = _Skeleton(reader, reader.tree["skins"][natural(node["skin"])])
        moved, pivot = skeleton.head()
        return SkinnedMesh(
            positions=_transformed(positions, moved),
            triangles=triangles(reader, primitive["indices"], len(positions)),
            morphs=_morphs(reader, mesh, len(positions)) @ moved[:3, :3].T.astype(np.float32),
            head=skeleton.share(attributes, len(positions)),
            pivot=(float(pivot[0]), float(pivot[1]), float(pivot[2])),
        )


class _Skeleton:
    def __init__(self, reader: Reader, skin: Any) -> None:
        self._reader = reader
        self._nodes: list[Any] = reader.tree["nodes"]
        self._joints = [natural(j) for j in skin["joints"]]
        if len(self._joints) > MAX_JOINTS or len(self._nodes) > 2 * MAX_JOINTS:
            raise PackageInvalid(f"{SKIN}: the skeleton has too many joints")
        self._parents = {
            natural(child): i for i, node in enumerate(self._nodes) for child in _children(node)
        }
        binds = reader.array(skin["inverseBindMatrices"], "MAT4", MAX_JOINTS)
        self._binds = floats(sized(binds, len(self._joints))).reshape(-1, 4, 4)
        names = [self._nodes[j].get("name") for j in self._joints]
        if HEAD_JOINT not in names:
            raise PackageInvalid(f"{SKIN}: no joint of the skeleton is named {HEAD_JOINT}")
        self._head = names.index(HEAD_JOINT)

    def head(self) -> tuple[Floats, Floats]:
        """How the head joint places vertices at rest (4, 4), and where it is itself (3,)."""
        place = np.eye(4)
        at: int | None = self._joints[self._head]
        for _ in range(len(self._nodes) + 1):
            if at is None:
                break
            place = _local(self._nodes[at]) @ place
            at = self._parents.get(at)
        else:
            raise PackageInvalid(f"{SKIN}: the skeleton goes round in a circle")
        moved = place @ self._binds[self._head].T
        if not np.isfinite(moved).all() or abs(np.linalg.det(moved[:3, :3]) - 1) > 0.5:
            raise PackageInvalid(f"{SKIN}: the head joint is not in its rest pose")
        return moved, place[:3, 3]

    def share(self, attributes: Any, count: int) -> Floats:
        """(count,): how far each vertex follows the head joint and what hangs from it."""
        joints = sized(self._reader.array(attributes["JOINTS_0"], "VEC4", MAX_VERTICES), count)
        weights = floats(
            sized(self._reader.array(attributes["WEIGHTS_0"], "VEC4", MAX_VERTICES), count)
        )
        if joints.dtype.kind != "u" or joints.max() >= len(self._joints):
            raise PackageInvalid(f"{SKIN}: a vertex follows a joint that is not there")
        follows = np.array([self._hangs(j) for j in self._joints])
        total = np.maximum(weights.sum(1), 1e-6)
        return np.clip((weights * follows[joints]).sum(1) / total, 0, 1).astype(np.float32)

    def _hangs(self, node: int) -> bool:
        head, at = self._joints[self._head], node
        for _ in self._nodes:
            if at == head:
                return True
            if at not in self._parents:
                return False
            at = self._parents[at]
        return False


def _children(node: Any) -> list[Any]:
    return node.get("children", [])


def _local(node: Any) -> Floats:
    """(4, 4) of a node's own transform."""
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    x, y, z, w = (float(v) for v in node.get("rotation", (0, 0, 0, 1)))
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    placed = np.eye(4)
    placed[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), np.float64)
    placed[:3, 3] = np.array(node.get("translation", (0, 0, 0)), np.float64)
    return placed


def _transformed(points: Floats, moved: Floats) -> Floats:
    return (points @ moved[:3, :3].T + moved[:3, 3]).astype(np.float32)


def _morphs(reader: Reader, mesh: Any, count: int) -> Floats:
    """(52, count, 3)"""
    names: list[str] = mesh["extras"]["targetNames"]
    targets = mesh["primitives"][0]["targets"]
    known = {name: i for i, name in enumerate(names) if name in ARKIT}
    if len(names) != len(targets) or len(known) < FEWEST_MORPHS:
        raise PackageInvalid(f"{SKIN}: it has not enough of the ARKit morph targets")
    morphs = np.zeros((len(ARKIT), count, 3), np.float32)
    for i, name in enumerate(ARKIT):
        if name in known:
            found: NDArray[Any] = reader.array(
                targets[known[name]]["POSITION"], "VEC3", MAX_VERTICES
            )
            morphs[i] = floats(sized(found, count))
    return morphs
