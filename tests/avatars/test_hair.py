"""Hair as a sheet of its own: over a made-up card, and the astronaut's."""

from dataclasses import replace

import numpy as np
import pytest

from avatar_serving.avatars import glb, package, portrait
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.glb_reader import Model
from avatar_serving.avatars.hair import Hair, with_hair
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.avatars.rig import MORPHS, Part, PortraitRig
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.strips import grid
from avatar_serving.faces import FaceFinder
from tests.avatars.pictures import astronaut

SIZE, CELLS = 64, 9
SKIN, HAIR = (210, 160, 130), (40, 30, 20)


def card() -> Part:
    """Skin, and hair in the upper half."""
    y, x = np.meshgrid(np.linspace(0.5, -0.5, CELLS), np.linspace(-0.5, 0.5, CELLS), indexing="ij")
    points = np.stack([x, y, 0 * x], -1).reshape(-1, 3).astype(np.float32)
    texture = np.full((SIZE, SIZE, 4), 255, np.uint8)
    texture[..., :3] = SKIN
    texture[: SIZE // 2, :, :3] = HAIR
    return Part(
        positions=points,
        morphs=np.zeros((len(MORPHS), len(points), 3), np.float32),
        triangles=grid(CELLS, CELLS),
        head=np.ones(len(points), np.float32),
        uv=points[:, :2] * np.array([1, -1], np.float32) + 0.5,
        texture=texture,
    )


def upper_half() -> Hair:
    share = np.zeros((SIZE, SIZE), np.float32)
    share[16:34] = 1
    hidden = np.where(np.arange(SIZE)[:, None] > 26, share, 0) * (np.arange(SIZE)[:, None] < 32)
    skin = np.zeros((SIZE, SIZE), bool)
    skin[36:] = True
    return Hair(share, np.full((SIZE, SIZE), 0.05, np.float32), hidden.astype(np.float32), skin)


def dressed() -> tuple[Part, slice]:
    """The card with its sheet, and which vertices are the sheet's."""
    bare = card()
    part = with_hair(bare, len(bare.positions), upper_half(), SIZE)
    return part, slice(len(bare.positions), None)


def test_the_sheet_lies_before_the_skin_and_shows_the_same_there() -> None:
    part, sheet = dressed()
    raised = part.positions[sheet]
    assert len(raised) and (raised[:, 2] == np.float32(0.05)).all()
    assert part.uv is not None and part.texture is not None
    column, row = (part.uv[sheet] * np.array(part.texture.shape[1::-1])).T
    at = (0.5 - raised[:, 1]) * SIZE
    hairy = (at > 20) & (at < 28)
    colours = part.texture[row[hairy].astype(int), np.minimum(column[hairy].astype(int), SIZE - 1)]
    assert hairy.any() and (colours == (*HAIR, 255)).all()


def test_below_the_sheet_there_is_skin_next_to_the_hairline() -> None:
    part, _ = dressed()
    assert part.texture is not None
    assert np.abs(part.texture[28:32, 32, :3].astype(int) - SKIN).max() < 3
    np.testing.assert_array_equal(part.texture[:16, :SIZE, :3], np.full((16, SIZE, 3), HAIR))


def test_without_hair_to_show_nothing_changes() -> None:
    bare, none = card(), np.zeros((SIZE, SIZE), np.float32)
    assert with_hair(bare, len(bare.positions), Hair(none, none, none, none > 0), SIZE) is bare


@pytest.fixture(scope="module")
def made() -> Portrait:
    *_, found = portrait.build(astronaut(), FaceFinder(), 384)
    assert isinstance(found, Portrait)
    return found


def sheet_of(rig: PortraitRig) -> np.ndarray:
    """Vertices that lie right before another one, each with the way between."""
    seen = {tuple(p): i for i, p in reversed(list(enumerate(rig.skin.positions[:, :2].tolist())))}
    first = np.array([seen[tuple(p)] for p in rig.skin.positions[:, :2].tolist()])
    ahead = rig.skin.positions[:, 2] - rig.skin.positions[first, 2]
    return np.flatnonzero((first != np.arange(len(first))) & (ahead > 1e-4))


@pytest.mark.weights
def test_the_fringe_is_a_sheet_that_is_seen_when_the_head_turns(made: Portrait) -> None:
    sheet = sheet_of(made.rig)
    assert 50 < len(sheet) < 1500
    inside = np.isin(made.rig.skin.triangles, sheet).any(1)
    flat = replace(
        made.rig, skin=replace(made.rig.skin, triangles=made.rig.skin.triangles[~inside])
    )
    whole, bare = Canvas(made.rig, 256), Canvas(flat, 256)
    turned = pose_values({"headYaw": 20.0})
    changed = (np.abs(whole.draw(turned).astype(int) - bare.draw(turned)).max(2) > 20).mean()
    assert 0.001 < changed < 0.05


@pytest.mark.weights
def test_a_package_without_the_sheet_is_read_and_drawn_as_before(made: Portrait) -> None:
    """As engines before version 4 made them."""
    rig = made.rig
    inside = np.isin(rig.skin.triangles, sheet_of(rig)).any(1)
    old = replace(rig, skin=replace(rig.skin, triangles=rig.skin.triangles[~inside]))
    content = portrait.pack(replace(made, rig=old), astronaut(), np.zeros((256, 256, 3), np.uint8))
    loaded = package.load(content)
    np.testing.assert_array_equal(loaded.skin.triangles, old.skin.triangles)
    again = glb.read(glb.write(Model(loaded.mouth, loaded.eyes, loaded.skin, loaded.pivot)))
    np.testing.assert_array_equal(again.skin.positions, loaded.skin.positions)
    drawn = Canvas(loaded, 256).draw(pose_values({"headYaw": -20.0}))
    assert drawn.std() > 20
