import numpy as np
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import pose
from avatar_serving.avatars.sheet import POSES, pose_values
from avatar_serving.media import CHANNELS
from tests.avatars.pictures import colourful

RIG = package.load(plain_package(colourful()))
STILL = (0.0,) * len(CHANNELS)


def test_no_weights_give_the_neutral_face() -> None:
    posed = pose(RIG, STILL)
    np.testing.assert_array_equal(posed.skin, RIG.skin.positions)


def test_a_weight_adds_its_morph_in_proportion() -> None:
    posed = pose(RIG, pose_values({"jawOpen": 0.5}))
    moved = posed.skin - RIG.skin.positions
    np.testing.assert_allclose(moved, RIG.skin.morphs[CHANNELS.index("jawOpen")] / 2, atol=1e-7)
    assert moved[:, 1].min() < 0


@pytest.mark.parametrize(
    ("channel", "axis", "place"),
    [("headYaw", 0, (0, 0, 1)), ("headPitch", 1, (0, 0, 1)), ("headRoll", 0, (0, 1, 0))],
)
def test_positive_angles_turn_left_up_and_tilt_left(
    channel: str, axis: int, place: tuple[int, int, int]
) -> None:
    """The person's left is the image's right."""
    rig = package.load(plain_package(colourful()))
    object.__setattr__(rig.eyes, "positions", np.array([place], np.float32) + np.array(rig.pivot))
    object.__setattr__(rig.eyes, "morphs", np.zeros((53, 1, 3), np.float32))
    object.__setattr__(rig.eyes, "head", np.ones(1, np.float32))
    turned = pose(rig, pose_values({channel: 10.0})).eyes[0] - np.array(rig.pivot)
    assert turned[axis] == pytest.approx(np.sin(np.radians(10)), abs=1e-6)


def test_the_body_stays_and_the_head_keeps_its_shape() -> None:
    posed = pose(RIG, pose_values({"headYaw": 20.0, "headRoll": 5.0}))
    body, head = RIG.skin.head == 0, RIG.skin.head == 1
    np.testing.assert_array_equal(posed.skin[body], RIG.skin.positions[body])
    before, after = RIG.skin.positions[head], posed.skin[head]
    np.testing.assert_allclose(
        np.linalg.norm(before[1:] - before[0], axis=1),
        np.linalg.norm(after[1:] - after[0], axis=1),
        atol=1e-6,
    )


def test_values_must_be_whole() -> None:
    with pytest.raises(ValueError, match="55"):
        pose(RIG, (0.0,) * 54)


def test_sides_share_a_name() -> None:
    values = dict(zip(CHANNELS, pose_values({"mouthSmile": 0.4, "jawOpen": 0.2}), strict=True))
    assert values["mouthSmileLeft"] == values["mouthSmileRight"] == 0.4
    assert values["jawOpen"] == 0.2
    assert sum(v != 0 for v in values.values()) == 3
    assert all(len(pose_values(named)) == len(CHANNELS) for named in POSES.values())
