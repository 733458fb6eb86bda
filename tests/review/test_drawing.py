"""Drawn faces that look to the side, or whose mouth is too small, are told from those that work."""

import numpy as np
import pytest

from avatar_serving.drawings.brows import find_brow
from avatar_serving.drawings.colours import colours
from avatar_serving.drawings.eyes import find_eyes
from avatar_serving.drawings.measure import DrawnFace
from avatar_serving.drawings.mouth import DrawnMouth, find_mouth
from avatar_serving.faces.topology import LEFT_EYE, OVAL, RIGHT_EYE
from avatar_serving.media import Check
from avatar_serving.stages.review.drawing import check_drawing
from tests.drawings.pictures import SIDE, STYLES, Style, crop_of, drawing

USUAL = Style()


def checked(aside: float = 0.0, mouth_share: float = 1.0, style: Style = USUAL) -> Check:
    """*aside*: how far, over the side, the far half of the outline is moved inwards;
    *mouth_share*: how much of the mouth is made out."""
    crop = crop_of(drawing(style))
    seen = colours(crop)
    right, left = find_eyes(
        seen, (crop.points[list(RIGHT_EYE)].mean(0), crop.points[list(LEFT_EYE)].mean(0))
    )
    assert right is not None and left is not None
    mouth = find_mouth(seen, crop, (right, left))
    assert mouth is not None
    part = slice(0, max(2, round(mouth_share * len(mouth.x))))
    x, upper, lower, seam = (e[part] for e in (mouth.x, mouth.upper, mouth.lower, mouth.seam))
    mouth = DrawnMouth(x, upper, lower, seam, mouth.open)
    ring = crop.points[list(OVAL), 0]
    crop.points[list(OVAL), 0] = np.where(ring > SIDE / 2, ring - aside * SIDE, ring)
    brows = (find_brow(seen, right)[0], find_brow(seen, left)[0])
    return check_drawing(DrawnFace(crop, seen, right, left, mouth, *brows))


@pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
def test_faces_that_look_straight_ahead_are_good(style: Style) -> None:
    assert checked(style=style).verdict == "good"


@pytest.mark.parametrize(("aside", "verdict"), [(0.02, "good"), (0.08, "fair"), (0.15, "refused")])
def test_an_eye_near_its_outline_tells_that_a_face_is_turned(aside: float, verdict: str) -> None:
    check = checked(aside)
    assert check.verdict == verdict
    assert verdict == "good" or "turned" in check.reason


def test_a_kiss_is_no_opening() -> None:
    check = checked(style=Style(mouth="kiss"))
    assert check.verdict == "refused" and "kiss" in check.reason


def test_a_mouth_of_a_few_pixels_was_not_made_out() -> None:
    check = checked(mouth_share=0.12)
    assert check.verdict == "refused" and "mouth" in check.reason
