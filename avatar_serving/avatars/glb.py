"""The model of a portrait as one glTF 2.0 binary: written here, read by `glb_reader`."""

import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.glb_reader import Model, read
from avatar_serving.avatars.pictures import encode_webp
from avatar_serving.avatars.rig import LAYERS, MORPHS, Floats, Part

__all__ = ["Model", "read", "write"]

FLOAT, U8, U16 = 5126, 5121, 5123
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
LINEAR, LINEAR_MIPMAP_LINEAR, CLAMP_TO_EDGE = 9729, 9987, 33071
GRID = 2.0**17
"""Coordinates are rounded to 1 / GRID (a hundredth of a pixel), which makes them compress well."""


@dataclass(slots=True)
class _Document:
    """A glTF document under construction."""

    accessors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    views: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    images: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    materials: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    meshes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    binary: bytearray = field(default_factory=bytearray)

    def view(self, content: bytes) -> int:
        self.binary.extend(b"\0" * (-len(self.binary) % 4))
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(content)})
        self.binary.extend(content)
        return len(self.views) - 1

    def accessor(self, array: NDArray[Any], component: int, kind: str, bounds: bool = False) -> int:
        entry = {"componentType": component, "type": kind, "count": len(array)}
        entry["bufferView"] = self.view(np.ascontiguousarray(array).tobytes())
        if kind != "MAT4":
            target = ELEMENT_ARRAY_BUFFER if kind == "SCALAR" else ARRAY_BUFFER
            self.views[-1]["target"] = target
        if bounds:
            entry |= _bounds(array)
        return self._add(entry)

    def sparse(self, values: Floats) -> int:
        """Only the rows that are not zero."""
        entry: dict[str, Any] = {"componentType": FLOAT, "type": "VEC3", "count": len(values)}
        entry |= _bounds(values)
        rows = np.flatnonzero(values.any(1))
        if rows.size:
            indices = self.view(rows.astype("<u2").tobytes())
            content = self.view(values[rows].astype("<f4").tobytes())
            entry["sparse"] = {
                "count": int(rows.size),
                "indices": {"bufferView": indices, "componentType": U16},
                "values": {"bufferView": content},
            }
        return self._add(entry)

    def _add(self, entry: dict[str, Any]) -> int:
        self.accessors.append(entry)
        return len(self.accessors) - 1


def write(model: Model) -> bytes:
    """A file that any glTF viewer with morph targets and WebP textures opens."""
    document = _Document()
    parts = dict(zip(LAYERS, (model.mouth, model.eyes, model.skin), strict=True))
    for name, part in parts.items():
        _add_part(document, name, part)
    pivot = np.asarray(model.pivot, np.float32)
    binds = np.stack([np.eye(4, dtype=np.float32)] * 2)
    binds[1, 3, :3] = -pivot  # column-major
    inverse = document.accessor(binds.reshape(2, 16), FLOAT, "MAT4")
    nodes: list[dict[str, Any]] = [
        {"name": "body", "children": [1]},
        {"name": "head", "translation": [float(p) for p in pivot]},
    ]
    nodes += [{"name": name, "mesh": i, "skin": 0} for i, name in enumerate(parts)]
    return _pack(document, nodes, inverse)


def to_linear(colours: Floats) -> Floats:
    """sRGB to linear light, in which glTF wants vertex colours."""
    low = colours <= 0.04045
    return np.where(low, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _add_part(document: _Document, name: str, part: Part) -> None:
    if len(part.positions) > 65_535:
        raise ValueError(f"{name}: too many vertices for 16-bit indices")
    attributes = {
        "POSITION": document.accessor(_rounded(part.positions), FLOAT, "VEC3", bounds=True),
        "JOINTS_0": document.accessor(_joints(part.head), U8, "VEC4"),
        "WEIGHTS_0": document.accessor(_shares(part.head), FLOAT, "VEC4"),
    }
    if part.uv is not None:
        attributes["TEXCOORD_0"] = document.accessor(part.uv.astype("<f4"), FLOAT, "VEC2")
    if part.colours is not None:
        attributes["COLOR_0"] = document.accessor(to_linear(part.colours), FLOAT, "VEC3")
    primitive = {
        "attributes": attributes,
        "indices": document.accessor(part.triangles.astype("<u2").reshape(-1), U16, "SCALAR"),
        "material": _add_material(document, name, part),
        "targets": [{"POSITION": document.sparse(_rounded(m))} for m in part.morphs],
    }
    document.meshes.append(
        {
            "name": name,
            "primitives": [primitive],
            "weights": [0.0] * len(MORPHS),
            "extras": {"targetNames": list(MORPHS)},
        }
    )


def _add_material(document: _Document, name: str, part: Part) -> int:
    surface: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": 1.0}
    material: dict[str, Any] = {
        "name": name,
        "doubleSided": True,
        "extensions": {"KHR_materials_unlit": {}},
        "pbrMetallicRoughness": surface,
    }
    if part.texture is not None:
        picture = document.view(encode_webp(part.texture))
        document.images.append({"bufferView": picture, "mimeType": "image/webp", "name": name})
        surface["baseColorTexture"] = {"index": len(document.images) - 1}
        if part.texture.shape[2] == 4:
            material["alphaMode"] = "BLEND"
    document.materials.append(material)
    return len(document.materials) - 1


def _pack(document: _Document, nodes: list[dict[str, Any]], inverse_binds: int) -> bytes:
    count = len(document.images)
    tree = {
        "asset": {"version": "2.0", "generator": "avatar-serving"},
        "extensionsUsed": ["KHR_materials_unlit", "EXT_texture_webp"],
        "extensionsRequired": ["EXT_texture_webp"],
        "scene": 0,
        "scenes": [{"nodes": [0, *range(2, len(nodes))]}],
        "nodes": nodes,
        "skins": [{"joints": [0, 1], "skeleton": 0, "inverseBindMatrices": inverse_binds}],
        "meshes": document.meshes,
        "materials": document.materials,
        "textures": [
            {"sampler": 0, "extensions": {"EXT_texture_webp": {"source": i}}} for i in range(count)
        ],
        "images": document.images,
        "samplers": [
            {
                "magFilter": LINEAR, "minFilter": LINEAR_MIPMAP_LINEAR,
                "wrapS": CLAMP_TO_EDGE, "wrapT": CLAMP_TO_EDGE,
            }
        ],
        "accessors": document.accessors,
        "bufferViews": document.views,
        "buffers": [{"byteLength": len(document.binary)}],
    }  # fmt: skip
    text = json.dumps(tree, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary = bytes(document.binary) + b"\0" * (-len(document.binary) % 4)
    length = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        [
            struct.pack("<4sII", b"glTF", 2, length),
            struct.pack("<I4s", len(text), b"JSON"),
            text,
            struct.pack("<I4s", len(binary), b"BIN\0"),
            binary,
        ]
    )


def _bounds(array: NDArray[Any]) -> dict[str, list[float]]:
    return {
        "min": [float(v) for v in array.min(0)],
        "max": [float(v) for v in array.max(0)],
    }


def _rounded(points: Floats) -> Floats:
    return (np.rint(points * GRID) / GRID).astype(np.float32)


def _joints(head: Floats) -> NDArray[np.uint8]:
    """Body, then head where it has a share."""
    joints = np.zeros((len(head), 4), np.uint8)
    joints[:, 1] = head > 0
    return joints


def _shares(head: Floats) -> Floats:
    shares = np.zeros((len(head), 4), np.float32)
    shares[:, 0], shares[:, 1] = 1 - head, head
    return shares
