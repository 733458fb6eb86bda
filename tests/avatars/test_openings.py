"""What of the inside can be seen lies between the rims of the skin's holes."""

import numpy as np
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.openings import edges_of, pieces, rim_before, rims
from avatar_serving.avatars.plain import CELLS, MOUTH, MOUTH_CELLS, plain_package
from avatar_serving.avatars.rig import PortraitRig
from tests.avatars.pictures import colourful


@pytest.fixture(scope="module")
def rig() -> PortraitRig:
    return package.load(plain_package(colourful()))


def test_a_card_with_three_holes_ends_along_four_lines(rig: PortraitRig) -> None:
    assert sorted(len(line) for line in rims(rig.skin)) == [4, 4, 2 * MOUTH_CELLS + 2, 4 * CELLS]


def test_the_mouth_is_seen_through_its_hole(rig: PortraitRig) -> None:
    rim = rim_before(rig.skin, rims(rig.skin), rig.mouth.positions)
    points = rig.skin.positions[rim, :2]
    low = np.array(MOUTH) / CELLS - 0.5
    np.testing.assert_allclose(points.min(0), low, atol=1e-4)
    np.testing.assert_allclose(points.max(0), low + np.array([MOUTH_CELLS, 1]) / CELLS, atol=1e-4)


def test_each_eye_has_a_rim_of_its_own(rig: PortraitRig) -> None:
    eyes, lines = rig.eyes, rims(rig.skin)
    both = pieces(len(eyes.positions), edges_of(eyes.triangles))
    right, left = (rim_before(rig.skin, lines, eyes.positions[eye]) for eye in both)
    assert len(right) and len(left) and not set(right) & set(left)


def test_where_the_skin_has_no_hole_there_is_no_rim(rig: PortraitRig) -> None:
    assert not len(rim_before(rig.skin, rims(rig.skin), rig.eyes.positions[:4] + 0.3))
