"""Eyes, brows and mouths of drawings, with landmarks as rough as those of a photo model."""

import numpy as np
import pytest

from avatar_serving.drawings.brows import find_brow
from avatar_serving.drawings.colours import Colours, colours
from avatar_serving.drawings.eyes import DrawnEye, find_eyes
from avatar_serving.drawings.mouth import DrawnMouth, find_mouth
from avatar_serving.faces.crop import FaceCrop
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE
from tests.drawings.pictures import (
    EYE_LEVEL,
    EYES_APART,
    MOUTH_LEVEL,
    SIDE,
    STYLES,
    Style,
    crop_of,
    drawing,
)

CASES = [pytest.param(style, id=name) for name, style in STYLES.items()]


def looked_at(style: Style) -> tuple[FaceCrop, Colours]:
    crop = crop_of(drawing(style))
    return crop, colours(crop)


def eyes_of(style: Style) -> list[DrawnEye]:
    crop, seen = looked_at(style)
    places = crop.points[list(RIGHT_EYE)].mean(0), crop.points[list(LEFT_EYE)].mean(0)
    found = find_eyes(seen, places)
    return [eye for eye in found if eye is not None]


def mouth_of(style: Style) -> DrawnMouth | None:
    crop, seen = looked_at(style)
    right, left = eyes_of(style)
    return find_mouth(seen, crop, (right, left))


@pytest.mark.parametrize("style", CASES)
def test_skin_is_the_colour_that_was_drawn_with(style: Style) -> None:
    _, seen = looked_at(style)
    bare = seen.unlike[round(0.56 * SIDE), round(0.45 * SIDE)]
    assert bare < 1
    assert seen.unlike[round(EYE_LEVEL * SIDE), round((0.5 - EYES_APART) * SIDE)] > 13


@pytest.mark.parametrize("style", CASES)
def test_eyes_have_the_size_and_place_that_were_drawn(style: Style) -> None:
    eyes = eyes_of(style)
    assert len(eyes) == 2
    for eye, side in zip(eyes, (-1, 1), strict=True):
        middle = np.array([0.5 + side * EYES_APART, EYE_LEVEL]) * SIDE
        assert eye.middle == pytest.approx(middle, abs=0.015 * SIDE)
        assert eye.width == pytest.approx(2 * style.eye[0] * SIDE, rel=0.25)
        assert eye.height == pytest.approx(2 * style.eye[1] * SIDE, rel=0.2)
        assert eye.iris == pytest.approx(middle, abs=0.02 * SIDE)
        assert 0.004 * SIDE < eye.lash < 0.02 * SIDE
        assert (eye.upper <= eye.lower).all()


@pytest.mark.parametrize("style", CASES)
def test_mouths_are_found_and_open_ones_told(style: Style) -> None:
    mouth = mouth_of(style)
    assert mouth is not None
    assert mouth.open == (style.mouth == "open")
    assert mouth.x.mean() == pytest.approx(0.5 * SIDE, abs=6)
    assert mouth.seam.mean() == pytest.approx(MOUTH_LEVEL * SIDE, abs=0.02 * SIDE)
    assert 0.05 * SIDE < mouth.width < 0.1 * SIDE


def test_a_face_without_a_mouth_has_none() -> None:
    assert mouth_of(Style(mouth="none", fringe=False)) is None


def test_a_brow_is_seen_where_no_hair_hides_it() -> None:
    _, seen = looked_at(STYLES["dark skin"])
    eye = eyes_of(STYLES["dark skin"])[0]
    line, was_seen = find_brow(seen, eye)
    assert was_seen
    assert line[:, 1].mean() / SIDE == pytest.approx(EYE_LEVEL - 0.05 - 0.043, abs=0.012)
    assert (np.diff(line[:, 0]) > 0).all()
