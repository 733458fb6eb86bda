"""Loose hair: drawn lines about a drawn head."""

import cv2
import numpy as np
import pytest

from avatar_serving.avatars.strands import strands
from avatar_serving.avatars.textures import Pixels

SIZE = 384
WALL, HAIR = (200, 190, 180), (40, 30, 20)


def head(pattern: int = 0) -> tuple[Pixels, np.ndarray]:
    """A round head before a wall, or before a striped one, a lock that sticks out to the right, and
    a crack in the wall to the left. The matte knows the head alone."""
    picture = np.full((SIZE, SIZE, 3), WALL, np.uint8)
    picture[:, ::6] -= np.uint8(pattern)
    cv2.line(picture, (258, 190), (282, 170), HAIR, 2)
    cv2.line(picture, (100, 150), (100, 200), HAIR, 2)
    cv2.circle(picture, (192, 192), 70, HAIR, -1)
    matte = np.zeros((SIZE, SIZE), np.float32)
    cv2.circle(matte, (192, 192), 70, (1.0,), -1)
    return picture, matte


def test_a_strand_that_hangs_on_the_head_is_hair_and_a_crack_is_wall() -> None:
    found = strands(*head(), SIZE)
    assert found[178:184, 268:274].max() > 0.9
    assert found[150:200, 95:105].max() == 0
    assert (found > 0).sum() < 200


@pytest.mark.parametrize(("pattern", "lowest"), [(60, SIZE), (0, 100)])
def test_none_is_found_before_a_busy_wall_nor_below_the_head(pattern: int, lowest: int) -> None:
    assert strands(*head(pattern), lowest)[:, 262:].max() == 0
