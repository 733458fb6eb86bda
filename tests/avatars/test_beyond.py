"""Heads that the picture's edge cuts."""

import numpy as np
import pytest

from avatar_serving.avatars import portrait
from avatar_serving.avatars.beyond import Frame, frame_for
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.outside import Outline
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.faces import FaceFinder
from tests.avatars.pictures import astronaut

SIZE = 100
FRAME = Frame(size=100, side=150, left=20, top=40)


def face(height: float) -> Outline:
    """A round one whose middle is at that *height*."""
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    rim = np.stack([0.2 * np.cos(angle), 0.25 * np.sin(angle) + height, 0 * angle], 1)
    return Outline(rim, np.array([0, height - 0.25, 0]))


def person(top: int, left: int = 40) -> np.ndarray:
    """Who goes from row *top* down to the lower edge."""
    matte = np.zeros((SIZE, SIZE), np.float32)
    matte[top:, left : SIZE - left] = 1
    return matte


def test_a_whole_head_needs_no_more_than_the_picture() -> None:
    assert frame_for(face(0.1), person(top=10)) is None


def test_above_a_head_that_is_cut_there_is_more() -> None:
    frame = frame_for(face(0.3), person(top=0))
    assert frame is not None
    assert frame.top > 20 and frame.side == SIZE + frame.top
    assert 0 < frame.left < frame.side - SIZE


def test_hair_that_reaches_the_sides_is_cut() -> None:
    frame = frame_for(face(0.1), person(top=10, left=0))
    assert frame is not None
    assert frame.left == 16 and frame.side == SIZE + 32


def test_the_larger_square_lies_around_the_smaller() -> None:
    assert FRAME.around(Square(300, 200, 200)) == Square(260, 120, 300)


def test_a_point_of_the_picture_is_the_same_in_both_squares() -> None:
    """The upper left pixel of the smaller square is the 40th row and 20th column of the other."""
    corner = FRAME.outwards(np.array([[-0.5, 0.5, 0.3]]))
    np.testing.assert_allclose(corner, [[20 / 150 - 0.5, 0.5 - 40 / 150, 0.2]], atol=1e-6)


@pytest.fixture(scope="module")
def tight() -> Portrait:
    """The astronaut's face, cut above the brows and beside the ears."""
    *_, made = portrait.build(astronaut()[78:218, 160:300], FaceFinder(), 384)
    assert isinstance(made, Portrait)
    return made


@pytest.mark.weights
def test_a_tight_crop_is_its_own_rest_pose(tight: Portrait) -> None:
    drawn = Canvas(tight.rig, 384).draw(tight.rig.rest_weights, photo=1.0)
    error = np.mean((drawn.astype(float) - tight.picture) ** 2)
    assert tight.rig.background.shape == tight.picture.shape
    assert 10 * np.log10(255**2 / error) > 34


@pytest.mark.weights
def test_a_nod_of_a_tight_crop_shows_a_forehead_and_no_second_brows(tight: Portrait) -> None:
    """What comes in from above is skin or hair, without the dark lines of brows."""
    nodding = Canvas(tight.rig, 384).draw(pose_values({"headPitch": -15.0})).astype(int)
    above = nodding[:40, 150:234].mean(2)
    assert np.abs(np.diff(above, axis=0)).max() < 40
    assert tight.rig.skin.positions[:, 1].max() > 0.6
