"""LAM chat packages: exported, imported, refused. A published one is read where it is at hand."""

import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatar_serving.avatars import gaussian, package, skinned
from avatar_serving.avatars.gltf_reader import Reader
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.errors import PackageInvalid
from avatar_serving.exchange import lam_skin
from avatar_serving.exchange.lam_reader import read_lam
from avatar_serving.exchange.lam_writer import write_lam
from avatar_serving.media import ARKIT
from tests.avatars.pictures import colourful
from tests.exchange.node import needs_node, told

OURS = package.with_details(plain_package(colourful()), name="Ada")
LAM = write_lam(load_scene(OURS, 1 / 40), package.inspect(OURS), "ada")
IMPORTED = read_lam(LAM)
SAMPLE = Path(os.environ.get("LAM_SAMPLE", "no sample"))
"""A package of somebody else's, to be read as well."""


def members(data: bytes = LAM) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_an_export_is_what_players_look_for() -> None:
    files = members()
    assert list(files) == [
        "ada/", "ada/skin.glb", "ada/offset.ply", "ada/animation.glb", "ada/vertex_order.json",
        "ada/avatar.json",
    ]  # fmt: skip
    skin = Reader(files["ada/skin.glb"], "skin.glb").tree
    assert [node["name"] for node in skin["nodes"]][:2] == ["hip", "head"]
    assert skin["meshes"][0]["extras"]["targetNames"] == list(ARKIT)
    clips = Reader(files["ada/animation.glb"], "animation.glb").tree["animations"]
    assert [clip["name"].split("_")[0] for clip in clips] == (
        ["hello"] * 2 + ["idle"] + ["speak"] * 6 + ["think"] * 3
    )
    count = len(skinned_of(files).positions)
    assert sorted(json.loads(files["ada/vertex_order.json"])) == list(range(count))
    assert f"element vertex {count}\n".encode() in files["ada/offset.ply"][:200]
    assert len(files["ada/offset.ply"].partition(b"end_header\n")[2]) == count * 17 * 4


def skinned_of(files: dict[str, bytes]) -> skinned.SkinnedMesh:
    return lam_skin.read_skin(files["ada/skin.glb"])


def test_an_export_has_the_persons_own_shape_and_motion() -> None:
    mesh, scene = skinned_of(members()), load_scene(OURS, 1 / 40)
    assert 1.3 < mesh.positions[:, 1].min() < mesh.positions[:, 1].max() < 1.9
    assert 0.45 < np.ptp(mesh.positions[:, 0]) < 0.55
    assert mesh.morphs[ARKIT.index("jawOpen"), :, 1].min() < -0.01
    assert scene.pivot[1] * 0.5 + 1.62 == pytest.approx(mesh.pivot[1], abs=1e-5)


@needs_node
@pytest.mark.parametrize("name", ["skin.glb", "animation.glb"])
def test_the_khronos_validator_finds_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(members()[f"ada/{name}"])
    issues = told("glb.mjs", tmp_path / name)["issues"]
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0)


def test_an_import_looks_and_moves_like_what_was_exported() -> None:
    opened = package.read(IMPORTED)
    assert opened.manifest.type == "gaussian" and opened.manifest.engine.name == "lam"
    scene = gaussian.scene(opened)
    light = replace(scene, background=np.full_like(scene.background, 128))
    canvas = SplatCanvas(light, 96)
    still = canvas.draw(pose_values({})).astype(int)
    own = SplatCanvas(load_scene(OURS, 1 / 40), 96).draw(pose_values({})).astype(int)
    middle = slice(24, 72)
    assert np.abs(still[middle, middle].mean((0, 1)) - own[middle, middle].mean((0, 1))).max() < 20
    for named in ({"jawOpen": 1.0}, {"headYaw": 20.0}, {"eyeBlink": 1.0}):
        assert (np.abs(canvas.draw(pose_values(named)).astype(int) - still) > 20).any()


def test_licences_travel_and_are_strict_where_nothing_is_said() -> None:
    assert package.inspect(IMPORTED).licences == package.inspect(OURS).licences
    files = members()
    del files["ada/avatar.json"]
    classes = {entry.licence_class for entry in package.inspect(read_lam(zipped(files))).licences}
    assert classes == {"non-commercial"}


def test_exports_and_imports_repeat_themselves() -> None:
    assert read_lam(LAM) == IMPORTED
    again = write_lam(load_scene(IMPORTED), package.inspect(IMPORTED), "ada")
    assert len(skinned_of(members(again)).positions) == len(skinned_of(members()).positions)


def without(name: str) -> dict[str, bytes]:
    return {key: value for key, value in members().items() if key != name}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/", b"")
        for i in range(3):
            archive.writestr(f"ada/{i}", bytes(60 * 2**20), compresslevel=1)
    return out.getvalue()


def lied(data: bytes) -> bytes:
    """The size of skin.glb, as its headers say, made small."""
    size = len(members()["ada/skin.glb"]).to_bytes(4, "little")
    return data.replace(size, (1000).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "zip"),
        (LAM[: len(LAM) // 2], "zip"),
        (LAM[:-30], "zip"),
        (zipped(without("ada/")), "entry for its folder"),
        (zipped(without("ada/skin.glb")), "lacks skin.glb"),
        (zipped(without("ada/offset.ply")), "lacks offset.ply"),
        (zipped(members() | {"other/": b""}), "more than one folder"),
        (zipped(members() | {"../evil": b"x"}), "leads elsewhere"),
        (zipped(members() | {"/etc/passwd": b"x"}), "leads elsewhere"),
        (zipped(members() | {"ada/..\\evil": b"x"}), "leads elsewhere"),
        (zipped(members() | {f"ada/{i}": b"" for i in range(300)}), "files"),
        (zipped(members() | {"ada/avatar.json": b"{}"}), "avatar.json"),
        (zipped(members() | {"ada/skin.glb": b"glTF"}), "skin.glb"),
        (zipped(members() | {"ada/skin.glb": members()["ada/animation.glb"]}), "skin.glb"),
        (zipped(members() | {"ada/offset.ply": members()["ada/offset.ply"][:-68]}), "cut short"),
        (bomb(), "MB"),
        (lied(LAM), "zip"),
    ],
)
def test_what_is_damaged_or_hostile_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(PackageInvalid, match=said):
        read_lam(data)


def with_skin(**changes: object) -> bytes:
    """skin.glb with parts of its document replaced."""
    skin = members()["ada/skin.glb"]
    reader = Reader(skin, "skin.glb")
    tree = reader.tree | changes
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    old = int.from_bytes(skin[12:16], "little")
    rest = skin[20 + old :]
    head = b"glTF" + (2).to_bytes(4, "little") + (20 + len(text) + len(rest)).to_bytes(4, "little")
    chunk = len(text).to_bytes(4, "little") + b"JSON" + text
    return zipped(members() | {"ada/skin.glb": head + chunk + rest})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nodes": []}, "malformed|skin"),
        ({"nodes": [{"name": "hip", "children": [1]}, {"name": "neck"}, {"mesh": 0, "skin": 0}]},
         "named head"),
        ({"nodes": [{"name": "hip", "children": [1]}, {"name": "head", "children": [0]},
                    {"mesh": 0, "skin": 0}]}, "circle"),
        ({"nodes": [{"name": "hip", "children": [1], "scale": [9, 9, 9]}, {"name": "head"},
                    {"mesh": 0, "skin": 0}]}, "rest pose"),
        ({"skins": [{"joints": [0] * 2000, "inverseBindMatrices": 0}]}, "joints"),
    ],
)  # fmt: skip
def test_hostile_skeletons_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(PackageInvalid, match=said):
        read_lam(with_skin(**changes))


@pytest.mark.skipif(not SAMPLE.exists(), reason="LOUD: no published LAM package (set LAM_SAMPLE)")
def test_a_published_package_is_read() -> None:
    opened = package.read(read_lam(SAMPLE.read_bytes()))
    scene = gaussian.scene(opened)
    assert len(scene.layers[0].splats.opacities) == 20_018
    assert np.ptp(scene.cloud().means[:, 1]) > 0.7
    canvas = SplatCanvas(scene, 128)
    still = canvas.draw(pose_values({}))
    assert still.std() > 40
    assert (canvas.draw(pose_values({"jawOpen": 0.7})) != still).any()


@pytest.mark.parametrize("most", [2000, 60])
def test_splats_are_coarser_where_the_format_could_not_number_them(most: int) -> None:
    ours = plain_package(colourful())
    triangles = sum(len(layer.mesh.triangles) for layer in load_scene(ours, 1.0).layers)
    counts = [
        sum(len(layer.splats.opacities) for layer in load_scene(ours, 1 / 60, limit).layers)
        for limit in (None, most)
    ]
    assert counts[0] > 2000
    assert 0.6 * most < counts[1] <= max(most, triangles)
