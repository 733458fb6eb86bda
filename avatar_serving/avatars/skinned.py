"""A mesh that follows a head on a body, as one glTF file: what splats ride on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.gltf import FLOAT, U8, U16, Document, packed
from avatar_serving.avatars.gltf_reader import MAX_TRIANGLES, Reader, malformed_refused, natural
from avatar_serving.avatars.rig import MORPHS, Floats, Part
from avatar_serving.errors import PackageInvalid
from avatar_serving.media import ARKIT

MAX_VERTICES = 65_535
NODE = "splats"
FINE = 2.0**14


@dataclass(frozen=True, slots=True, eq=False)
class SkinnedMesh:
    positions: Floats
    """(n, 3), of the neutral face."""
    triangles: NDArray[np.int32]
    """(m, 3)"""
    morphs: Floats
    """(52, n, 3): what each of ARKIT adds at weight 1."""
    head: Floats
    """(n,), 0..1: how far a vertex follows the head."""
    pivot: tuple[float, float, float]
    """What the head turns about."""

    def as_part(self) -> Part:
        """With a photo morph that moves nothing."""
        still = np.zeros((len(MORPHS) - len(ARKIT), *self.positions.shape), np.float32)
        return Part(self.positions, np.concatenate([self.morphs, still]), self.triangles, self.head)


def write(mesh: SkinnedMesh, body: str, head: str, tree: dict[str, Any] | None = None) -> bytes:
    """A .glb whose joints have the names *body* and *head*. *tree* is added to the document."""
    document = Document()
    pivot = np.asarray(mesh.pivot, np.float32)
    binds = np.stack([np.eye(4, dtype=np.float32)] * 2)
    binds[1, 3, :3] = -pivot  # column-major
    primitive = _primitive(document, mesh)
    skin = {
        "joints": [0, 1],
        "skeleton": 0,
        "inverseBindMatrices": document.accessor(binds.reshape(2, 16), FLOAT, "MAT4"),
    }
    written: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "avatar-serving"},
        "scene": 0,
        "scenes": [{"nodes": [0, 2]}],
        "nodes": [
            {"name": body, "children": [1]},
            {"name": head, "translation": [float(p) for p in pivot]},
            {"name": NODE, "mesh": 0, "skin": 0},
        ],
        "skins": [skin],
        "meshes": [
            {
                "name": NODE,
                "primitives": [primitive],
                "weights": [0.0] * len(ARKIT),
                "extras": {"targetNames": list(ARKIT)},
            }
        ],
        "accessors": document.accessors,
        "bufferViews": document.views,
    }
    written |= tree or {}
    return packed(
        written | {"buffers": [{"byteLength": len(document.binary)}]}, bytes(document.binary)
    )


def read(data: bytes) -> SkinnedMesh:
    """What `write` wrote. Raises PackageInvalid."""
    with malformed_refused("avatar.glb"):
        reader = Reader(data, "avatar.glb")
        nodes = {node.get("name"): node for node in reader.tree["nodes"]}
        mesh = reader.tree["meshes"][natural(nodes[NODE]["mesh"])]
        if tuple(mesh["extras"]["targetNames"]) != ARKIT:
            raise PackageInvalid("avatar.glb: the morph targets are not those of ARKit")
        primitive = mesh["primitives"][0]
        attributes = primitive["attributes"]
        positions = floats(reader.array(attributes["POSITION"], "VEC3"))
        count = len(positions)
        targets = [sized(reader.array(t["POSITION"], "VEC3"), count) for t in primitive["targets"]]
        weights = sized(reader.array(attributes["WEIGHTS_0"], "VEC4"), count)
        x, y, z = (float(v) for v in nodes["head"]["translation"])
        if len(targets) != len(ARKIT) or not np.isfinite([x, y, z]).all():
            raise PackageInvalid("avatar.glb: a morph target or the head's place is missing")
        return SkinnedMesh(
            positions,
            triangles(reader, primitive["indices"], count),
            floats(np.stack(targets)),
            np.clip(floats(weights)[:, 1], 0, 1),
            (x, y, z),
        )


def triangles(reader: Reader, index: int, count: int) -> NDArray[np.int32]:
    """(m, 3) of *count* vertices."""
    flat = reader.array(index, "SCALAR", 3 * MAX_TRIANGLES)
    if flat.dtype.kind != "u" or not len(flat) or len(flat) % 3 or flat.max() >= count:
        raise PackageInvalid("a glTF file: a triangle has a corner that is not there")
    return flat.reshape(-1, 3).astype(np.int32)


def sized(array: NDArray[Any], count: int) -> NDArray[Any]:
    """*array*, if it has *count* rows. Raises PackageInvalid."""
    if len(array) != count:
        raise PackageInvalid("a glTF file: the attributes of a mesh differ in length")
    return array


def floats(array: NDArray[Any]) -> Floats:
    """*array*, if it is of 32-bit numbers that coordinates may have."""
    if array.dtype != np.float32 or not np.isfinite(array).all() or np.abs(array).max() > 1000:
        raise PackageInvalid("a glTF file: coordinates are not finite numbers of a sensible size")
    return np.ascontiguousarray(array, np.float32)


def _primitive(document: Document, mesh: SkinnedMesh) -> dict[str, Any]:
    count = len(mesh.positions)
    if count > MAX_VERTICES:
        raise ValueError(f"{count} vertices are more than 16 bits can number")
    joints = np.zeros((count, 4), np.uint8)
    joints[:, 1] = mesh.head > 0
    shares = np.zeros((count, 4), np.float32)
    shares[:, 0], shares[:, 1] = 1 - mesh.head, mesh.head
    positions = np.ascontiguousarray(mesh.positions, np.float32)
    return {
        "attributes": {
            "POSITION": document.accessor(positions, FLOAT, "VEC3", bounds=True),
            "JOINTS_0": document.accessor(joints, U8, "VEC4"),
            "WEIGHTS_0": document.accessor(shares, FLOAT, "VEC4"),
        },
        "indices": document.accessor(mesh.triangles.astype("<u2").reshape(-1), U16, "SCALAR"),
        "targets": [{"POSITION": document.sparse(_rounded(m))} for m in mesh.morphs],
    }


def _rounded(moved: Floats) -> Floats:
    """To a twentieth of a pixel, which packs well and leaves out what nobody would see."""
    return (np.rint(moved * FINE) / FINE).astype(np.float32)
