"""Another head in a film: the light on it, what is behind it, what of it is drawn."""

import cv2
import numpy as np
import pytest

from avatar_serving.driving.light import Light, skin_of
from avatar_serving.driving.placing import similar
from avatar_serving.driving.surroundings import behind_of, looked_at
from avatar_serving.faces.topology import OVAL
from tests.avatars.pictures import colourful


def face(colour: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A picture of a disc of skin, and the outline of that."""
    picture = np.full((96, 96, 3), 20, np.uint8)
    turn = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    points = np.full((468, 2), 48.0)
    points[list(OVAL)] += 30 * np.stack([np.sin(turn), -np.cos(turn)], 1)
    cv2.circle(picture, (48, 48), 40, colour, -1)
    return picture, points


def test_skin_takes_the_light_of_the_other_and_what_is_no_skin_less_of_its_hue() -> None:
    own, there = face((220, 180, 160)), face((160, 90, 60))
    light = Light(skin_of([own]), skin_of([there]))
    assert light.on(own[0])[48, 48] == pytest.approx(there[0][48, 48], abs=3)
    grey = np.full((4, 4, 3), 128, np.uint8)
    red, _, blue = light.on(grey)[0, 0].astype(int)
    red_skin, _, blue_skin = (there[0][48, 48].astype(int)) - own[0][48, 48]
    assert 0 < red - blue < red_skin - blue_skin


def test_what_a_person_uncovers_is_behind_the_person() -> None:
    room = colourful()
    height, width = room.shape[:2]
    pictures, mattes = [], []
    for left in (0, width // 3, 2 * width // 3):
        matte = np.zeros((height, width), np.float32)
        matte[height // 2 :, left : left + width // 4] = 1
        pictures.append(np.where(matte[..., None] > 0, 255, room).astype(np.uint8))
        mattes.append(matte)
    assert np.array_equal(behind_of(pictures, mattes), room)


def test_what_is_never_seen_is_painted_in_from_around() -> None:
    matte = np.zeros((64, 64), np.float32)
    matte[20:40, 20:40] = 1
    picture = np.where(matte[..., None] > 0, 255, np.full((64, 64, 3), 90)).astype(np.uint8)
    assert np.allclose(behind_of([picture], [matte]), 90, atol=2)


def test_looks_are_spread_over_the_film() -> None:
    assert looked_at(3) == [0, 1, 2]
    many = looked_at(500)
    assert (many[0], many[-1], len(many)) == (0, 499, 24)


def test_points_are_laid_over_others() -> None:
    points = np.random.default_rng(5).normal(size=(30, 2))
    wanted = np.array([[0.0, -2.0, 3.0], [2.0, 0.0, 4.0]])
    found = similar(points, points @ wanted[:, :2].T + wanted[:, 2])
    assert found == pytest.approx(wanted, abs=1e-5)
