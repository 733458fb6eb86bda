"""Reads the glTF binaries of avatar packages, which may come from anybody."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.pictures import Pixels, decode_webp
from avatar_serving.avatars.rig import LAYERS, MORPHS, Floats, Part
from avatar_serving.errors import PackageInvalid

MAX_VERTICES = 65_535
MAX_TRIANGLES = 200_000
COMPONENTS = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
JSON_CHUNK, BINARY_CHUNK = b"JSON", b"BIN\0"


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What avatar.glb holds."""

    mouth: Part
    eyes: Part
    skin: Part
    pivot: tuple[float, float, float]


def read(data: bytes) -> Model:
    """Raises PackageInvalid: it is no glTF binary, or not one of a portrait."""
    try:
        return _model(_Document(data))
    except PackageInvalid:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error) as error:
        # A malformed document fails wherever its first missing piece is looked for.
        raise PackageInvalid(f"avatar.glb is malformed: {error!r}") from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise PackageInvalid("avatar.glb is hostile") from error


class _Document:
    """The JSON and the binary of one file. Numbers are checked against the bytes there are."""

    def __init__(self, data: bytes) -> None:
        magic, version, length = struct.unpack_from("<4sII", data)
        if magic != b"glTF" or version != 2 or length != len(data):
            raise PackageInvalid("avatar.glb is not a whole glTF 2.0 binary")
        chunks = dict(_chunks(data))
        self.tree: Any = json.loads(chunks[JSON_CHUNK])
        self._binary = chunks[BINARY_CHUNK]

    def view(self, index: int) -> bytes:
        entry = self.tree["bufferViews"][_natural(index)]
        start, size = _natural(entry.get("byteOffset", 0)), _natural(entry["byteLength"])
        if "byteStride" in entry or start + size > len(self._binary):
            raise PackageInvalid("avatar.glb: a buffer view is outside the file")
        return self._binary[start : start + size]

    def array(self, index: int, kind: str, limit: int = MAX_VERTICES) -> NDArray[Any]:
        """An accessor, (count, width)."""
        entry = self.tree["accessors"][_natural(index)]
        count, width = _natural(entry["count"]), WIDTHS[entry["type"]]
        if entry["type"] != kind or count > limit or "byteOffset" in entry:
            raise PackageInvalid("avatar.glb: an accessor has the wrong type or size")
        dtype = np.dtype(COMPONENTS[entry["componentType"]])
        if "bufferView" in entry:
            values = _numbers(self.view(entry["bufferView"]), dtype, count, width)
        else:
            values = np.zeros((count, width), dtype)
        return self._filled(values, entry["sparse"]) if "sparse" in entry else values

    def _filled(self, values: NDArray[Any], sparse: Any) -> NDArray[Any]:
        count = _natural(sparse["count"])
        if count > len(values):
            raise PackageInvalid("avatar.glb: a sparse accessor has too many values")
        kind = np.dtype(COMPONENTS[sparse["indices"]["componentType"]])
        rows = _numbers(self.view(sparse["indices"]["bufferView"]), kind, count, 1)[:, 0]
        if kind.kind != "u" or (count and rows.max() >= len(values)):
            raise PackageInvalid("avatar.glb: a sparse index is out of range")
        filled = values.copy()
        content = self.view(sparse["values"]["bufferView"])
        filled[rows] = _numbers(content, values.dtype, count, values.shape[1])
        return filled


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    at = 12
    while at < len(data):
        size, kind = struct.unpack_from("<I4s", data, at)
        if at + 8 + size > len(data):
            raise PackageInvalid("avatar.glb is cut short")
        found.append((kind, data[at + 8 : at + 8 + size]))
        at += 8 + size
    return found


def _numbers(content: bytes, dtype: np.dtype[Any], count: int, width: int) -> NDArray[Any]:
    return np.frombuffer(content, dtype, count * width).reshape(count, width)


def _natural(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise PackageInvalid("avatar.glb: a count or an index is not a natural number")
    return value


def _model(document: _Document) -> Model:
    nodes = {node.get("name"): node for node in document.tree["nodes"]}
    if not {"body", "head", *LAYERS} <= set(nodes):
        raise PackageInvalid("avatar.glb lacks a node of a portrait")
    mouth, eyes, skin = (_part(document, nodes[name]) for name in LAYERS)
    x, y, z = (float(v) for v in nodes["head"].get("translation", (0, 0, 0)))
    if not np.isfinite([x, y, z]).all():
        raise PackageInvalid("avatar.glb: the head's place is not a number")
    return Model(mouth, eyes, skin, (x, y, z))


def _part(document: _Document, node: Any) -> Part:
    mesh = document.tree["meshes"][_natural(node["mesh"])]
    primitive = mesh["primitives"][0]
    attributes = primitive["attributes"]
    positions = _floats(document.array(attributes["POSITION"], "VEC3"))
    count = len(positions)
    part = Part(
        positions=positions,
        morphs=_morphs(document, mesh, count),
        triangles=_triangles(document, primitive["indices"], count),
        head=_floats(_sized(document.array(attributes["WEIGHTS_0"], "VEC4"), count))[:, 1].copy(),
        uv=_optional(document, attributes, "TEXCOORD_0", "VEC2", count),
        texture=_texture(document, primitive["material"]),
        colours=_colours(document, attributes, count),
    )
    if (part.texture is None) == (part.colours is None) or (part.texture is None) != (
        part.uv is None
    ):
        raise PackageInvalid("avatar.glb: a mesh needs a texture with coordinates, or colours")
    return part


def _morphs(document: _Document, mesh: Any, count: int) -> Floats:
    if tuple(mesh["extras"]["targetNames"]) != MORPHS:
        raise PackageInvalid("avatar.glb: the morph targets are not those of the format")
    targets = mesh["primitives"][0]["targets"]
    if len(targets) != len(MORPHS):
        raise PackageInvalid("avatar.glb: a morph target is missing")
    arrays = [_sized(document.array(t["POSITION"], "VEC3"), count) for t in targets]
    return _floats(np.stack(arrays))


def _triangles(document: _Document, index: int, count: int) -> NDArray[np.int32]:
    flat = document.array(index, "SCALAR", 3 * MAX_TRIANGLES)
    if flat.dtype.kind != "u" or len(flat) % 3 or (len(flat) and flat.max() >= count):
        raise PackageInvalid("avatar.glb: a triangle has a corner that is not there")
    return flat.reshape(-1, 3).astype(np.int32)


def _optional(
    document: _Document, attributes: Any, name: str, kind: str, count: int
) -> Floats | None:
    if name not in attributes:
        return None
    return _floats(_sized(document.array(attributes[name], kind), count))


def _colours(document: _Document, attributes: Any, count: int) -> Floats | None:
    linear = _optional(document, attributes, "COLOR_0", "VEC3", count)
    if linear is None:
        return None
    bright = np.clip(linear, 0, 1)
    curved = 1.055 * bright ** (1 / 2.4) - 0.055
    return np.where(bright <= 0.0031308, bright * 12.92, curved).astype(np.float32)


def _texture(document: _Document, material: Any) -> Pixels | None:
    surface = document.tree["materials"][_natural(material)]["pbrMetallicRoughness"]
    if "baseColorTexture" not in surface:
        return None
    texture = document.tree["textures"][_natural(surface["baseColorTexture"]["index"])]
    image = document.tree["images"][_natural(texture["extensions"]["EXT_texture_webp"]["source"])]
    return decode_webp(document.view(image["bufferView"]))


def _sized(array: NDArray[Any], count: int) -> NDArray[Any]:
    if len(array) != count:
        raise PackageInvalid("avatar.glb: the attributes of a mesh differ in length")
    return array


def _floats(array: NDArray[Any]) -> Floats:
    if (
        array.dtype != np.float32
        or not np.isfinite(array).all()
        or np.abs(array).max(initial=0) > 100
    ):
        raise PackageInvalid("avatar.glb: coordinates are not finite numbers of a sensible size")
    return np.ascontiguousarray(array, np.float32)
