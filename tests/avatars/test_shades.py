"""A plain face whose eyes are painted in one colour."""

import cv2
import numpy as np
import pytest

from avatar_serving.avatars.mouth import MouthColours
from avatar_serving.avatars.shades import mouth_colours
from avatar_serving.avatars.textures import to_pixels
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import LEFT_EYE, LIPS_INNER, RIGHT_EYE

SIZE = 512
FACE = canonical_mesh()[0] * 0.04


def _colours(
    skin: tuple[int, int, int],
    white: tuple[int, int, int],
    teeth: tuple[int, int, int] | None = None,
) -> MouthColours:
    picture = np.full((SIZE, SIZE, 3), skin, np.uint8)
    for ring in (RIGHT_EYE, LEFT_EYE):
        points = to_pixels(FACE[list(ring)], SIZE).astype(np.int32)
        cv2.fillPoly(picture, [points], white)
    if teeth is None:
        return mouth_colours(picture, FACE, None)
    lips = FACE[list(LIPS_INNER)].copy()
    lips[:, 1] = lips[:, 1].mean() + np.sin(np.linspace(np.pi, 3 * np.pi, 20)) * 0.04
    cv2.fillPoly(picture, [to_pixels(lips, SIZE).astype(np.int32)], teeth)
    return mouth_colours(picture, FACE, lips)


def test_teeth_that_were_not_seen_have_the_hue_of_the_whites_of_the_eyes() -> None:
    warm = _colours((180, 120, 80), (150, 110, 90)).enamel
    assert warm[0] > 1.2 * warm[2]
    grey = _colours((120, 120, 120), (140, 140, 140)).enamel
    assert grey == pytest.approx([grey[0]] * 3)


def test_light_follows_the_brighter_of_cheeks_and_eyes() -> None:
    dim = _colours((70, 50, 40), (60, 55, 50)).light
    dark_skin = _colours((70, 50, 40), (190, 185, 180)).light
    assert dim < 0.5 < 0.8 < dark_skin


def test_teeth_that_were_seen_keep_their_colour() -> None:
    colours = _colours((190, 160, 140), (150, 110, 90), (230, 220, 200))
    seen = np.array(colours.enamel) * colours.light
    assert seen == pytest.approx(np.array([230, 220, 200]) / 255, abs=0.05)
