"""An avatar that the first writer of the format made opens and moves today.

It is of a drawn face of ours, by the engine that was then; coordinates were rounded to 2^-10 of the
picture's side to keep it small.
"""

from pathlib import Path

import numpy as np
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.pictures import decode_webp
from avatar_serving.avatars.rig import MORPHS
from avatar_serving.avatars.sheet import pose_values

FIRST = Path(__file__).parents[1] / "golden/packages/first.zip"
SIDE = 256
EYES, MOUTH = np.s_[105:135, 80:180], np.s_[140:200, 90:170]


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    return Canvas(package.load(FIRST.read_bytes()), SIDE)


def test_its_manifest_is_read() -> None:
    manifest = package.inspect(FIRST.read_bytes())
    assert manifest.id == "d9346bae5c6cd2c6320df46849066273"
    assert (manifest.version, manifest.engine.name, manifest.name) == (1, "portrait", "Golden")
    assert manifest.consent is not None and manifest.consent.agreed


def test_it_looks_as_it_did_when_it_was_made(canvas: Canvas) -> None:
    opened = package.read(FIRST.read_bytes())
    thumbnail = decode_webp(opened.files["thumbnail.webp"]).astype(float)
    rest = canvas.draw(opened.manifest.rest_weights, photo=1.0)
    assert 10 * np.log10(255**2 / ((rest - thumbnail) ** 2).mean()) > 36


@pytest.mark.parametrize(
    ("pose", "where"),
    [({"eyeBlink": 1.0}, EYES), ({"jawOpen": 0.7}, MOUTH), ({"mouthSmile": 1.0}, MOUTH)],
)
def test_it_moves_where_it_should(
    canvas: Canvas, pose: dict[str, float], where: tuple[slice, slice]
) -> None:
    neutral, posed = (canvas.draw(pose_values(p)).astype(int) for p in ({}, pose))
    changed = np.abs(posed - neutral).max(2) > 40
    assert changed[where].mean() > 0.02
    assert changed[where].sum() > 0.8 * changed.sum(), "and hardly anywhere else"


def test_all_its_actions_are_there(canvas: Canvas) -> None:
    skin = package.load(FIRST.read_bytes()).skin
    moved = np.abs(skin.morphs).max((1, 2))
    assert [MORPHS[i] for i in np.flatnonzero(moved == 0)] == ["tongueOut"]
