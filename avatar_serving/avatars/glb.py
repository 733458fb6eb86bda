"""The model of a portrait as one glTF 2.0 binary: written here, read by `glb_reader`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.glb_reader import Model, read
from avatar_serving.avatars.gltf import (
    CLAMP_TO_EDGE,
    FLOAT,
    LINEAR,
    LINEAR_MIPMAP_LINEAR,
    U8,
    U16,
    Document,
    packed,
)
from avatar_serving.avatars.pictures import encode_webp
from avatar_serving.avatars.rig import LAYERS, MORPHS, Floats, Part

__all__ = ["Model", "read", "write"]

GRID = 2.0**17
"""Coordinates are rounded to 1 / GRID (a hundredth of a pixel), which makes them compress well."""


def write(model: Model) -> bytes:
    """A file that any glTF viewer with morph targets and WebP textures opens."""
    document = Document()
    parts = dict(zip(LAYERS, (model.mouth, model.eyes, model.skin), strict=True))
    for name, part in parts.items():
        _add_part(document, name, part)
    pivot = np.asarray(model.pivot, np.float32)
    binds = np.stack([np.eye(4, dtype=np.float32)] * 2)
    binds[1, 3, :3] = -pivot  # column-major
    inverse = document.accessor(binds.reshape(2, 16), FLOAT, "MAT4")
    nodes: list[dict[str, Any]] = [
        {"name": "body", "children": [1]},
        {
            "name": "head",
            "translation": [float(p) for p in pivot],
            "extras": {"yaw": list(model.yaw)},
        },
    ]
    nodes += [{"name": name, "mesh": i, "skin": 0} for i, name in enumerate(parts)]
    return _pack(document, nodes, inverse)


def to_linear(colours: Floats) -> Floats:
    """sRGB to linear light, in which glTF wants vertex colours."""
    low = colours <= 0.04045
    return np.where(low, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _add_part(document: Document, name: str, part: Part) -> None:
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


def _add_material(document: Document, name: str, part: Part) -> int:
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


def _pack(document: Document, nodes: list[dict[str, Any]], inverse_binds: int) -> bytes:
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
    return packed(tree, bytes(document.binary))


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
