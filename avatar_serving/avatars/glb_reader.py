"""Reads the glTF binaries of avatar packages, which may come from anybody."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.gltf_reader import MAX_TRIANGLES, Reader, malformed_refused, natural
from avatar_serving.avatars.neck import FREE, YawRange
from avatar_serving.avatars.pictures import Pixels, decode_webp
from avatar_serving.avatars.rig import LAYERS, MORPHS, Floats, Part
from avatar_serving.errors import PackageInvalid


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What avatar.glb holds."""

    mouth: Part
    eyes: Part
    skin: Part
    pivot: tuple[float, float, float]
    yaw: YawRange = FREE


def read(data: bytes) -> Model:
    """Raises PackageInvalid: it is no glTF binary, or not one of a portrait."""
    with malformed_refused("avatar.glb"):
        return _model(Reader(data, "avatar.glb"))


def _model(document: Reader) -> Model:
    nodes = {node.get("name"): node for node in document.tree["nodes"]}
    if not {"body", "head", *LAYERS} <= set(nodes):
        raise PackageInvalid("avatar.glb lacks a node of a portrait")
    mouth, eyes, skin = (_part(document, nodes[name]) for name in LAYERS)
    if mouth.colours is None or eyes.texture is None or skin.texture is None:
        raise PackageInvalid("avatar.glb: mouths have colours; eyes and skin have textures")
    x, y, z = (float(v) for v in nodes["head"].get("translation", (0, 0, 0)))
    if not np.isfinite([x, y, z]).all():
        raise PackageInvalid("avatar.glb: the head's place is not a number")
    return Model(mouth, eyes, skin, (x, y, z), _yaw(nodes["head"]))


def _yaw(head: Any) -> YawRange:
    """Of the node *head*; packages of before it was measured do not say."""
    least, most = (float(v) for v in head.get("extras", {}).get("yaw", FREE))
    if not FREE[0] <= least <= 0 <= most <= FREE[1]:
        raise PackageInvalid("avatar.glb: the head's range of yaw is not one")
    return least, most


def _part(document: Reader, node: Any) -> Part:
    mesh = document.tree["meshes"][natural(node["mesh"])]
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


def _morphs(document: Reader, mesh: Any, count: int) -> Floats:
    if tuple(mesh["extras"]["targetNames"]) != MORPHS:
        raise PackageInvalid("avatar.glb: the morph targets are not those of the format")
    targets = mesh["primitives"][0]["targets"]
    if len(targets) != len(MORPHS):
        raise PackageInvalid("avatar.glb: a morph target is missing")
    arrays = [_sized(document.array(t["POSITION"], "VEC3"), count) for t in targets]
    return _floats(np.stack(arrays))


def _triangles(document: Reader, index: int, count: int) -> NDArray[np.int32]:
    flat = document.array(index, "SCALAR", 3 * MAX_TRIANGLES)
    if flat.dtype.kind != "u" or len(flat) % 3 or (len(flat) and flat.max() >= count):
        raise PackageInvalid("avatar.glb: a triangle has a corner that is not there")
    return flat.reshape(-1, 3).astype(np.int32)


def _optional(document: Reader, attributes: Any, name: str, kind: str, count: int) -> Floats | None:
    if name not in attributes:
        return None
    return _floats(_sized(document.array(attributes[name], kind), count))


def _colours(document: Reader, attributes: Any, count: int) -> Floats | None:
    linear = _optional(document, attributes, "COLOR_0", "VEC3", count)
    if linear is None:
        return None
    bright = np.clip(linear, 0, 1)
    curved = 1.055 * bright ** (1 / 2.4) - 0.055
    return np.where(bright <= 0.0031308, bright * 12.92, curved).astype(np.float32)


def _texture(document: Reader, material: Any) -> Pixels | None:
    surface = document.tree["materials"][natural(material)]["pbrMetallicRoughness"]
    if "baseColorTexture" not in surface:
        return None
    texture = document.tree["textures"][natural(surface["baseColorTexture"]["index"])]
    image = document.tree["images"][natural(texture["extensions"]["EXT_texture_webp"]["source"])]
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
