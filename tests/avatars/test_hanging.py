"""How deep what is beside a face lies, by whether hair hangs there."""

import numpy as np
import pytest

from avatar_serving.avatars.hanging import FLAT, flattened

SIZE = 200
ANGLES = np.arange(40) / 40 * 2 * np.pi
RIM = np.column_stack([0.2 * np.cos(ANGLES), 0.25 * np.sin(ANGLES), 0 * ANGLES])
LEFT, RIGHT = (-0.25, -0.15), (0.25, -0.15)


def person(*, hair_left: bool, hair_right: bool) -> np.ndarray:
    """Head and neck, narrower than the face is, and hair down to the lower edge."""
    y, x = 0.5 - (np.mgrid[:SIZE, :SIZE] + 0.5) / SIZE
    x = -x
    shown = (np.hypot(x / 0.22, y / 0.27) < 1) | ((np.abs(x) < 0.1) & (y < 0))
    shown |= hair_left & (x < -0.15) & (x > -0.32) & (y < 0.1)
    shown |= hair_right & (x > 0.15) & (x < 0.32) & (y < 0.1)
    return shown.astype(np.float32)


def depth_at(matte: np.ndarray, *places: tuple[float, float]) -> np.ndarray:
    return flattened(np.array(places), RIM, matte)


def test_without_hair_beside_the_jaws_a_head_keeps_its_depth() -> None:
    matte = person(hair_left=False, hair_right=False)
    np.testing.assert_allclose(depth_at(matte, LEFT, RIGHT), 1)


@pytest.mark.parametrize(("hair_left", "hair_right"), [(True, False), (False, True), (True, True)])
def test_hair_lies_flat_on_the_side_where_it_hangs(*, hair_left: bool, hair_right: bool) -> None:
    matte = person(hair_left=hair_left, hair_right=hair_right)
    expected = [1 - FLAT * hair_left, 1 - FLAT * hair_right]
    np.testing.assert_allclose(depth_at(matte, LEFT, RIGHT), expected)


def test_above_the_face_it_goes_around_the_head() -> None:
    matte = person(hair_left=True, hair_right=True)
    np.testing.assert_allclose(depth_at(matte, (0.0, 0.3), (-0.25, 0.2)), 1)
