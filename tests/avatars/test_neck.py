from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from avatar_serving.avatars import package
from avatar_serving.avatars.neck import FREE, LEAST, MOST, YAW, obeyed, yaw_range
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import pose
from avatar_serving.avatars.sheet import pose_values
from tests.avatars.pictures import colourful


def _turned_by(yaw: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return Rotation.from_euler("y", yaw, degrees=True).as_matrix()


@pytest.mark.parametrize(
    ("own", "within"),
    [(0.0, (-MOST, MOST)), (30.0, (-76.0, 16.0)), (-34.0, (-12.0, 80.0)), (-45.0, (-LEAST, 90.0))],
)
def test_a_head_turns_less_to_the_side_it_is_turned_to(
    own: float, within: tuple[float, float]
) -> None:
    assert yaw_range(_turned_by(own)) == pytest.approx(within)


def test_a_turn_is_followed_until_near_its_end_and_never_goes_beyond() -> None:
    within = (-12.0, 80.0)
    turned = [obeyed(pose_values({"headYaw": float(y)}), within)[YAW] for y in range(-90, 91)]
    assert all(-12 <= y <= 80 for y in turned)
    steps = np.diff(turned)
    assert (steps >= 0).all() and steps.max() <= 1 + 1e-9
    assert obeyed(pose_values({"headYaw": -9.0}), within)[YAW] == -9
    assert obeyed(pose_values({"headYaw": 60.0}), within)[YAW] == 60
    assert obeyed(pose_values({"headYaw": -20.0}), within)[YAW] == pytest.approx(-12, abs=0.1)
    assert obeyed(pose_values({"headYaw": 5.0}), (0.0, 0.0))[YAW] == 0


def test_a_rig_stops_at_its_range() -> None:
    rig = package.load(plain_package(colourful()))
    assert rig.yaw == FREE
    still = replace(rig, yaw=(-12.0, 12.0))
    far, farther = (pose(still, pose_values({"headYaw": y})).skin for y in (40.0, 60.0))
    np.testing.assert_allclose(far, farther, atol=1e-4)
    assert not np.allclose(far, pose(rig, pose_values({"headYaw": 40.0})).skin, atol=1e-2)
