from pathlib import Path

import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.gltf_reader import Reader
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import LAYERS
from avatar_serving.exchange import METRES
from avatar_serving.exchange.gltf import write_glb
from avatar_serving.media import ARKIT
from tests.avatars.pictures import colourful
from tests.exchange.node import needs_node, told

OPENED = package.read(package.with_details(plain_package(colourful()), name="Ada"))


@needs_node
def test_the_khronos_validator_finds_nothing_and_three_opens_it(tmp_path: Path) -> None:
    file = tmp_path / "ada.glb"
    file.write_bytes(write_glb(OPENED))
    seen = told("glb.mjs", file)
    assert (seen["issues"]["numErrors"], seen["issues"]["numWarnings"]) == (0, 0)
    assert seen["info"]["hasMorphTargets"] and seen["info"]["hasSkins"]
    assert [mesh["name"] for mesh in seen["meshes"]] == list(LAYERS)
    for mesh in seen["meshes"]:
        assert mesh["morphs"] == list(ARKIT)
        assert mesh["joints"] == ["body", "head"]
    assert [mesh["textured"] for mesh in seen["meshes"]] == [False, True, True]
    assert seen["size"][:2] == pytest.approx([METRES / 2, METRES / 2], abs=1e-3)
    assert seen["asset"]["extras"] == {"avatar": OPENED.manifest.id, "licences": [], "name": "Ada"}


def test_nothing_is_asked_of_the_reader_and_nothing_is_left_over() -> None:
    tree = Reader(write_glb(OPENED), "export").tree
    assert "extensionsRequired" not in tree
    assert tree["extensionsUsed"] == ["KHR_materials_unlit"]
    assert {image["mimeType"] for image in tree["images"]} == {"image/png"}
    views = {a["bufferView"] for a in tree["accessors"] if "bufferView" in a}
    views |= {image["bufferView"] for image in tree["images"]}
    views |= {
        a["sparse"][kind]["bufferView"]
        for a in tree["accessors"]
        if "sparse" in a
        for kind in ("indices", "values")
    }
    assert views == set(range(len(tree["bufferViews"])))


def test_the_same_avatar_gives_the_same_bytes() -> None:
    assert write_glb(OPENED) == write_glb(OPENED)
