"""What of a person is solid leaves as a surface of its own."""

from pathlib import Path

import numpy as np

from avatar_serving.avatars import package
from avatar_serving.avatars.gltf_reader import Reader
from avatar_serving.exchange.gltf import write_glb
from avatar_serving.exchange.solid import solid
from tests.avatars.lidded import lidded_package
from tests.exchange.node import needs_node, told


def test_a_triangle_is_solid_where_no_texel_of_it_is_clear() -> None:
    texture = np.full((64, 64, 4), 255, np.uint8)
    texture[30:34, 30:34, 3] = 0
    corners = [(0.05, 0.05), (0.4, 0.05), (0.05, 0.4), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    uv = np.array(corners, np.float32)
    triangles = np.array([[0, 1, 2], [1, 4, 5], [3, 4, 5]])
    assert solid(triangles, uv, texture).tolist() == [True, False, False]


def test_all_triangles_leave_once() -> None:
    opened = package.read(with_a_clear_corner())
    before = Reader(opened.files["avatar.glb"], "avatar.glb")
    after = Reader(write_glb(opened), "export")
    assert triangles(after) == triangles(before)
    modes = [material.get("alphaMode", "OPAQUE") for material in after.tree["materials"]]
    skin = after.tree["meshes"][-1]["primitives"]
    assert [modes[primitive["material"]] for primitive in skin] == ["OPAQUE", "BLEND"]


@needs_node
def test_the_khronos_validator_finds_nothing_in_two_surfaces(tmp_path: Path) -> None:
    file = tmp_path / "two.glb"
    file.write_bytes(write_glb(package.read(with_a_clear_corner())))
    issues = told("glb.mjs", file)["issues"]
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0)


def triangles(reader: Reader) -> list[list[int]]:
    """Of the skin, sorted."""
    parts = reader.tree["meshes"][-1]["primitives"]
    found = [reader.array(p["indices"], "SCALAR").reshape(-1, 3) for p in parts]
    return sorted(np.concatenate(found).tolist())


def with_a_clear_corner() -> bytes:
    return lidded_package(220, clear=24)
