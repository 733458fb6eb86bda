"""An avatar's model as a glTF file that every tool opens: PNG pictures, ARKit morphs, metres.

It is the package's own avatar.glb, piece by piece, so that whatever parts an avatar has come along.
"""

import copy
import io
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image as Pillow

from avatar_serving.avatars import glb
from avatar_serving.avatars.gltf import U16, Document, packed
from avatar_serving.avatars.gltf_reader import Reader
from avatar_serving.avatars.manifest import Manifest
from avatar_serving.avatars.package import Package
from avatar_serving.avatars.pictures import Pixels, decode_webp
from avatar_serving.avatars.tuck import tucked
from avatar_serving.exchange import METRES
from avatar_serving.exchange.solid import solid

WEBP = "EXT_texture_webp"
ONLY_HERE = "photo"
"""The morph that brings the uploaded picture back: ARKit knows no such."""


def write_glb(opened: Package) -> bytes:
    """A .glb of a portrait package: a person without what is behind them, x right, y up, z forward.

    The licences of its parts go into ``asset.extras`` and ``asset.copyright``.
    """
    model = glb.read(opened.files["avatar.glb"])
    # Viewers sort by depth, not by layers.
    mouth, eyes = tucked((model.mouth, model.eyes), model.skin, model.pivot)
    plain = glb.write(replace(model, mouth=mouth, eyes=eyes))
    return _Copy(Reader(plain, "avatar.glb")).written(opened.manifest)


class _Copy:
    """Takes over what is still referred to; accessors and buffer views get new numbers."""

    def __init__(self, source: Reader) -> None:
        self._source = source
        self._tree: dict[str, Any] = copy.deepcopy(source.tree)
        self._document = Document()
        self._moved: dict[int, int] = {}

    def written(self, manifest: Manifest) -> bytes:
        tree = self._tree
        for mesh in tree["meshes"]:
            self._mesh(mesh)
        for skin in tree.get("skins", []):
            skin["inverseBindMatrices"] = self._accessor(skin["inverseBindMatrices"])
        for image in tree.get("images", []):
            self._image(image)
        for texture in tree.get("textures", []):
            texture["source"] = texture.pop("extensions")[WEBP]["source"]
        tree["extensionsUsed"] = [name for name in tree["extensionsUsed"] if name != WEBP]
        tree.pop("extensionsRequired", None)
        tree["asset"] |= _credits(manifest)
        self._scale()
        document = self._document
        tree |= {
            "accessors": document.accessors,
            "bufferViews": document.views,
            "buffers": [{"byteLength": len(document.binary)}],
        }
        return packed(tree, bytes(document.binary))

    def _mesh(self, mesh: dict[str, Any]) -> None:
        names: list[str] = mesh["extras"]["targetNames"]
        kept = [i for i, name in enumerate(names) if name != ONLY_HERE]
        mesh["extras"]["targetNames"] = [names[i] for i in kept]
        mesh["weights"] = [mesh["weights"][i] for i in kept]
        mesh["primitives"] = [part for p in mesh["primitives"] for part in self._parted(p)]
        for primitive in mesh["primitives"]:
            attributes = primitive["attributes"]
            primitive["attributes"] = {k: self._accessor(v) for k, v in attributes.items()}
            if "part" not in primitive:
                primitive["indices"] = self._accessor(primitive["indices"])
            else:
                corners = primitive.pop("part").astype("<u2").reshape(-1)
                primitive["indices"] = self._document.accessor(corners, U16, "SCALAR")
            targets = [primitive["targets"][i] for i in kept]
            primitive["targets"] = [
                {kind: self._accessor(at) for kind, at in target.items()} for target in targets
            ]

    def _parted(self, primitive: dict[str, Any]) -> list[dict[str, Any]]:
        """What of it is solid and what may be clear, each with its triangles as ``part``."""
        materials, source = self._tree["materials"], self._source
        material = materials[primitive["material"]]
        if material.get("alphaMode") != "BLEND":
            return [primitive]
        index = material["pbrMetallicRoughness"]["baseColorTexture"]["index"]
        picture = source.tree["textures"][index]["extensions"][WEBP]["source"]
        texture = decode_webp(source.view(source.tree["images"][picture]["bufferView"]))
        triangles = source.array(primitive["indices"], "SCALAR").reshape(-1, 3)
        uv = source.array(primitive["attributes"]["TEXCOORD_0"], "VEC2")
        full = solid(triangles, uv, texture)
        if full.all() or not full.any():
            return [primitive]
        whole = {k: v for k, v in material.items() if k != "alphaMode"}
        materials.append(whole | {"name": f"{material['name']} solid"})
        first = primitive | {"material": len(materials) - 1, "part": triangles[full]}
        return [first, primitive | {"part": triangles[~full]}]

    def _accessor(self, index: int) -> int:
        if index not in self._moved:
            entry = copy.deepcopy(self._source.tree["accessors"][index])
            for holder in (entry, *(entry.get("sparse", {}).get(k) for k in ("indices", "values"))):
                if holder and "bufferView" in holder:
                    holder["bufferView"] = self._view(holder["bufferView"])
            self._document.accessors.append(entry)
            self._moved[index] = len(self._document.accessors) - 1
        return self._moved[index]

    def _view(self, index: int) -> int:
        made = self._document.view(self._source.view(index))
        old = self._source.tree["bufferViews"][index]
        if "target" in old:
            self._document.views[made]["target"] = old["target"]
        return made

    def _image(self, image: dict[str, Any]) -> None:
        png = encode_png(decode_webp(self._source.view(image["bufferView"])))
        image |= {"bufferView": self._document.view(png), "mimeType": "image/png"}

    def _scale(self) -> None:
        """Skinned meshes follow their joints alone, so that scaling those is enough."""
        nodes, scene = self._tree["nodes"], self._tree["scenes"][0]
        joints = {i for skin in self._tree.get("skins", []) for i in skin["joints"]}
        roots = [i for i in scene["nodes"] if i in joints]
        scene["nodes"] = [i for i in scene["nodes"] if i not in joints] + [len(nodes)]
        nodes.append({"name": "avatar", "scale": [METRES] * 3, "children": roots})
        for skin in self._tree.get("skins", []):
            skin["skeleton"] = len(nodes) - 1


def encode_png(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG")
    return out.getvalue()


def _credits(manifest: Manifest) -> dict[str, Any]:
    parts = [entry.model_dump(by_alias=True) for entry in manifest.licences]
    spoken = ", ".join(sorted({entry.licence for entry in manifest.licences}))
    credit: dict[str, Any] = {"extras": {"avatar": manifest.id, "licences": parts}}
    if manifest.name:
        credit["extras"]["name"] = manifest.name
    return credit | ({"copyright": f"made with data under {spoken}"} if spoken else {})
