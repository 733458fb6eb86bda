import json
import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_serving.avatars import glb, package
from avatar_serving.avatars.neck import FREE
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import MORPHS
from avatar_serving.errors import PackageInvalid
from tests.avatars.pictures import colourful

DATA = package.read(plain_package(colourful())).files["avatar.glb"]


def document() -> Any:
    size = struct.unpack_from("<I", DATA, 12)[0]
    return json.loads(DATA[20 : 20 + size])


def with_document(tree: Any) -> bytes:
    old = struct.unpack_from("<I", DATA, 12)[0]
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    rest = DATA[20 + old :]
    total = 20 + len(text) + len(rest)
    return (
        struct.pack("<4sII", b"glTF", 2, total)
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + rest
    )


def test_what_is_written_is_read() -> None:
    model = glb.read(DATA)
    again = glb.read(glb.write(model))
    for one, two in zip(
        (model.mouth, model.eyes, model.skin), (again.mouth, again.eyes, again.skin), strict=True
    ):
        np.testing.assert_array_equal(one.positions, two.positions)
        np.testing.assert_array_equal(one.morphs, two.morphs)
        np.testing.assert_array_equal(one.triangles, two.triangles)
        np.testing.assert_array_equal(one.head, two.head)
    assert model.mouth.colours is not None and again.mouth.colours is not None
    np.testing.assert_allclose(model.mouth.colours, again.mouth.colours, atol=1e-6)
    assert again.pivot == model.pivot


def test_every_mesh_names_the_morphs_and_the_head_is_a_joint() -> None:
    tree = document()
    assert [node["name"] for node in tree["nodes"]] == ["body", "head", "mouth", "eyes", "skin"]
    assert tree["skins"][0]["joints"] == [0, 1]
    for mesh in tree["meshes"]:
        assert mesh["extras"]["targetNames"] == list(MORPHS)
        assert len(mesh["primitives"][0]["targets"]) == 53
    assert [m.get("alphaMode") for m in tree["materials"]] == [None, None, "BLEND"]


def test_views_are_aligned_and_inside_the_binary() -> None:
    tree = document()
    assert all(view["byteOffset"] % 4 == 0 for view in tree["bufferViews"])
    end = max(view["byteOffset"] + view["byteLength"] for view in tree["bufferViews"])
    assert end <= tree["buffers"][0]["byteLength"]


def broken(*path: Any, value: Any) -> bytes:
    tree = document()
    at = tree
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return with_document(tree)


@pytest.mark.parametrize(
    "data",
    [
        DATA[:-4],
        b"glTF",
        broken("meshes", 0, "extras", "targetNames", value=[]),
        broken("meshes", 2, "primitives", 0, "indices", value=0),
        broken("meshes", 2, "primitives", value=[]),
        broken("accessors", 0, "count", value=10**9),
        broken("accessors", 0, "count", value=-1),
        broken("accessors", 0, "count", value=True),
        broken("bufferViews", 0, "byteOffset", value=10**9),
        broken("bufferViews", 0, "byteLength", value=1),
        broken("nodes", value=[]),
        broken("nodes", 1, "translation", value=[float("nan"), 0, 0]),
        broken("textures", value=[]),
        broken("accessors", value={}),
    ],
)
def test_malformed_models_are_refused(data: bytes) -> None:
    with pytest.raises(PackageInvalid):
        glb.read(data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.tuples(st.integers(0, len(DATA) - 1), st.integers(1, 255)))
def test_no_bytes_break_the_reader(damage: bytes | tuple[int, int]) -> None:
    data = bytearray(DATA)
    if isinstance(damage, bytes):
        data = bytearray(damage)
    else:
        data[damage[0]] ^= damage[1]
    try:
        model = glb.read(bytes(data))
    except PackageInvalid:
        return
    for part in (model.mouth, model.eyes, model.skin):
        assert np.isfinite(part.positions).all()
        assert part.triangles.max() < len(part.positions)


def test_how_far_a_head_turns_is_kept_and_checked() -> None:
    model = replace(glb.read(DATA), yaw=(-12.0, 80.0))
    assert glb.read(glb.write(model)).yaw == (-12.0, 80.0)
    tree = document()
    head = next(node for node in tree["nodes"] if node.get("name") == "head")
    for wrong in ([5, 20], [-10], "far", [-1e9, 1], [None, 2]):
        head["extras"] = {"yaw": wrong}
        with pytest.raises(PackageInvalid):
            glb.read(with_document(tree))
    del head["extras"]
    assert glb.read(with_document(tree)).yaw == FREE
