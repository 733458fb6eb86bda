"""What shows in an eye: the eyeball and the lids before it, not the far side of the head."""

from dataclasses import replace

import numpy as np
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import BEHIND_EYES, Canvas
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import PortraitRig
from avatar_serving.avatars.sheet import pose_values
from tests.avatars.pictures import colourful

SIZE = 128


@pytest.fixture(scope="module")
def rig() -> PortraitRig:
    return package.load(plain_package(colourful()))


def _with_sheet(rig: PortraitRig, behind: float) -> PortraitRig:
    """With more skin, of the colour of its first vertex, over the eyes but *behind* them."""
    skin, eyes = rig.skin, rig.eyes.positions
    assert skin.uv is not None
    (left, low, _), (right, high, _) = eyes.min(0), eyes.max(0)
    z = eyes[:, 2].min() - behind
    sheet = np.array([(left, low, z), (right, low, z), (right, high, z), (left, high, z)], "f4")
    first = len(skin.positions)
    more = replace(
        skin,
        positions=np.concatenate([skin.positions, sheet]),
        morphs=np.pad(skin.morphs, ((0, 0), (0, 4), (0, 0))),
        head=np.append(skin.head, np.zeros(4, np.float32)),
        uv=np.concatenate([skin.uv, np.repeat(skin.uv[:1], 4, 0)]),
        triangles=np.concatenate(
            [skin.triangles, np.array([[0, 1, 2], [0, 2, 3]], np.int32) + first]
        ),
    )
    return replace(rig, skin=more)


def test_what_is_far_behind_an_eye_does_not_show_in_it(rig: PortraitRig) -> None:
    drawn = Canvas(_with_sheet(rig, 2 * BEHIND_EYES), SIZE).draw(pose_values({}))
    np.testing.assert_array_equal(drawn, Canvas(rig, SIZE).draw(pose_values({})))


def test_lids_just_behind_an_eyeball_do(rig: PortraitRig) -> None:
    drawn = Canvas(_with_sheet(rig, 0.2 * BEHIND_EYES), SIZE).draw(pose_values({}))
    assert (drawn != Canvas(rig, SIZE).draw(pose_values({}))).any()
