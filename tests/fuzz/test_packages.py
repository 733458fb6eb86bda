"""Avatar packages, of meshes and of splats: spoiled as zips, and inside, where hashes are right.

What is accepted is drawn: the kernels that draw check no index, so all of it must be right before.
"""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.package import MANIFEST
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.errors import PackageInvalid
from avatar_serving.exchange.formats import imported
from avatar_serving.exchange.lam_reader import read_lam
from avatar_serving.exchange.lam_writer import write_lam
from tests.avatars.pictures import colourful
from tests.fuzz.archives import (
    members,
    spoiled_files,
    spoiled_json,
    spoiled_zip,
    with_meshes,
    zipped,
)
from tests.fuzz.ledger import Ledger, inputs

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(7200)]

MESHES = package.with_details(plain_package(colourful(48)), name="Ada")
LAM = write_lam(load_scene(MESHES, 1.0), package.inspect(MESHES), "ada")
SPLATS = read_lam(LAM)
POSE = pose_values({"jawOpen": 1.0, "headYaw": 20.0})


@st.composite
def packages(draw: st.DrawFn, sample: bytes) -> bytes:
    """A package that is spoiled: its zip, its manifest, or a file whose hash is right."""
    match draw(st.sampled_from(("zip", "manifest", "file", "file", "file"))):
        case "zip":
            return draw(spoiled_zip(sample))
        case "manifest":
            files = members(sample)
            return zipped(files | {MANIFEST: draw(spoiled_json(files[MANIFEST]))})
        case _:
            opened = package.read(sample)
            return package.write(opened.manifest, draw(spoiled_files(dict(opened.files))))


def draw_accepted(data: bytes) -> None:
    kept = imported(data)
    picture = SplatCanvas(load_scene(kept, 1.0), 48).draw(POSE)
    assert picture.shape == (48, 48, 3)


def test_the_samples_are_packages() -> None:
    for sample in (MESHES, SPLATS):
        draw_accepted(sample)


@pytest.mark.parametrize("meshes", product(range(3), repeat=3))
def test_layers_with_the_meshes_of_others_are_refused(meshes: tuple[int, int, int]) -> None:
    """Found by reading: the mouth is drawn by its colours, eyes and skin by their textures."""
    opened = package.read(MESHES)
    files = {**opened.files, "avatar.glb": with_meshes(opened.files["avatar.glb"], meshes)}
    data = package.write(opened.manifest, files)
    if meshes[0] == 0 and 0 not in meshes[1:]:
        assert Canvas(package.load(data), 48).draw(POSE).any()
    else:
        with pytest.raises(PackageInvalid, match="have colours"):
            package.load(data)


@inputs(0.4)
@given(data=packages(MESHES))
def test_a_package_of_meshes_is_drawn_or_refused(ledger: Ledger, data: bytes) -> None:
    with ledger.trying():
        picture = Canvas(package.load(data), 48).draw(POSE)
        assert picture.shape == (48, 48, 3)


@inputs(0.02)
@given(data=packages(MESHES))
def test_a_package_of_meshes_becomes_splats_or_is_refused(ledger: Ledger, data: bytes) -> None:
    """As an import does it: the splats of a mesh are fitted, which takes longest of all."""
    with ledger.trying():
        draw_accepted(data)


@inputs(0.6)
@given(data=packages(SPLATS))
def test_a_package_of_splats_is_kept_or_refused(ledger: Ledger, data: bytes) -> None:
    with ledger.trying():
        draw_accepted(data)
