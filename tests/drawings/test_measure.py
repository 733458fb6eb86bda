"""Eyes, brows and mouths of drawings, with landmarks as rough as those of a photo model."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from avatar_serving.drawings.brows import find_brow
from avatar_serving.drawings.colours import Colours, colours
from avatar_serving.drawings.eyes import DrawnEye, find_eyes
from avatar_serving.drawings.mouth import DrawnMouth, find_mouth
from avatar_serving.drawings.strands import strands
from avatar_serving.faces.crop import FaceCrop
from avatar_serving.faces.topology import LEFT_EYE, OVAL, RIGHT_EYE
from tests.drawings.pictures import (
    EYE_LEVEL,
    EYES_APART,
    MOUTH_LEVEL,
    PAPER,
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


def test_two_strokes_with_skin_between_them_are_one_mouth() -> None:
    mouth = mouth_of(Style(mouth="strokes"))
    assert mouth is not None and not mouth.open
    assert (mouth.x[0], mouth.x[-1]) == pytest.approx((0.464 * SIDE, 0.536 * SIDE), abs=4)


def test_a_brow_is_seen_where_no_hair_hides_it() -> None:
    _, seen = looked_at(STYLES["dark skin"])
    eye = eyes_of(STYLES["dark skin"])[0]
    line, was_seen = find_brow(seen, eye)
    assert was_seen
    assert line[:, 1].mean() / SIDE == pytest.approx(EYE_LEVEL - 0.05 - 0.043, abs=0.012)
    assert (np.diff(line[:, 0]) > 0).all()


STRAND = Style((0.062, 0.06), hair=(200, 150, 60), strand=True)


def close_up(style: Style) -> tuple[Colours, DrawnEye, DrawnEye]:
    """With hair as far as the picture goes, and the eyes."""
    picture = drawing(style)
    picture[(picture == PAPER).all(-1)] = style.hair
    crop = crop_of(picture)
    seen = colours(crop)
    right, left = find_eyes(seen, eye_places(crop))
    assert right is not None and left is not None
    return seen, right, left


def eye_places(crop: FaceCrop) -> tuple[np.ndarray, np.ndarray]:
    return crop.points[list(RIGHT_EYE)].mean(0), crop.points[list(LEFT_EYE)].mean(0)


def test_a_strand_over_an_eye_is_told_from_the_eye() -> None:
    seen, right, left = close_up(STRAND)
    row, first = round(EYE_LEVEL * SIDE), int(right.x[0])
    hanging = first + np.flatnonzero(strands(seen, right)[row, first : int(right.x[-1])])
    assert hanging.mean() == pytest.approx(0.404 * SIDE, abs=0.012 * SIDE)
    assert 0.005 * SIDE < len(hanging) < 0.02 * SIDE
    assert not strands(seen, left)[row, int(left.x[0]) : int(left.x[-1])].any()


@pytest.mark.parametrize("hair", [(86, 62, 120), (60, 120, 200), (50, 30, 40)])
def test_neither_iris_nor_lashes_are_strands(hair: tuple[int, int, int]) -> None:
    """Not even where hair has their colour."""
    seen, *eyes = close_up(Style(hair=hair))
    for eye in eyes:
        across = slice(int(eye.x[0]) + 2, int(eye.x[-1]) - 2)
        assert not strands(seen, eye)[round(EYE_LEVEL * SIDE), across].any()


def test_a_mouth_that_reaches_past_where_mouths_are_looked_for_is_followed_to_its_end() -> None:
    """As the far corner does of a face that is turned, whose outline is not seen where it is."""
    picture = drawing(Style(fringe=False))
    row, end = round(MOUTH_LEVEL * SIDE), round(0.585 * SIDE)
    cv2.line(picture, (SIDE // 2, row), (end, row), (120, 50, 55), 3)
    crop = crop_of(picture)
    seen, points = colours(crop), crop.points.copy()
    points[list(OVAL), 0] -= 0.05 * SIDE
    eyes = find_eyes(seen, eye_places(crop))
    assert eyes[0] is not None and eyes[1] is not None
    mouth = find_mouth(seen, replace(crop, points=points), (eyes[0], eyes[1]))
    assert mouth is not None and mouth.x[-1] == pytest.approx(end, abs=4)
