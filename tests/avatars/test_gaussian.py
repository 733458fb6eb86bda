"""Avatars that are splats on a mesh."""

import numpy as np
import pytest

from avatar_serving.avatars import gaussian, package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.dense import dense
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.errors import PackageInvalid
from tests.avatars.lidded import EDGE, lidded_package, lidded_splats

SIZE = 96
LID = np.s_[SIZE // 2 + 4 : SIZE // 2 + 14, 2 * SIZE // 5 : 3 * SIZE // 5]
"""Where the strip is when it is unrolled."""


def lid(content: bytes, blink: float) -> float:
    """How light it is there."""
    drawn = SplatCanvas(gaussian.scene(package.read(content)), SIZE)
    return float(drawn.draw(pose_values({"eyeBlinkLeft": blink}))[LID].mean())


def test_a_lid_shows_when_it_is_unrolled_and_not_before() -> None:
    content = lidded_splats()
    assert lid(content, 0) < 45
    assert lid(content, 1) > 200
    mesh = Canvas(package.load(lidded_package(220)), SIZE)
    half = mesh.draw(pose_values({"eyeBlinkLeft": 0.5}))[LID].mean()
    assert lid(content, 0.5) == pytest.approx(float(half), abs=25)


def test_splats_of_a_first_package_are_bound_to_the_neutral_face() -> None:
    """What unfolds has their shape there, be it as large as a lid."""
    splats, seen = SplatCanvas, []
    for version in (1, 2):
        scene = gaussian.scene(package.read(lidded_splats(version)))
        seen.append(splats(scene, SIZE).draw(pose_values({})))
    assert np.abs(seen[0].astype(int) - seen[1]).max() > 100


def test_what_is_folded_away_is_known() -> None:
    made = dense(package.load(lidded_package(220)), EDGE)
    places = made.mesh.positions[made.folded]
    assert len(places) and (places[:, 1] == 0).all()
    assert not made.folded.all()


def test_a_portrait_is_of_the_first_version() -> None:
    manifest = package.inspect(lidded_package(220)).model_copy(update={"version": 2})
    files = dict(package.read(lidded_package(220)).files)
    with pytest.raises(PackageInvalid, match="version"):
        package.read(package.write(manifest, files))
