"""What is under a drawn eye looks like what is around it."""

import numpy as np
import pytest

from avatar_serving.drawings.inside import INSIDE, within
from avatar_serving.drawings.skin import skin_under

SIZE = 200
SKIN = np.array([240, 200, 180], np.float32)


def ring(half: tuple[float, float] = (30, 20)) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.stack([100 + half[0] * np.cos(turn), 100 + half[1] * np.sin(turn)], 1)


def test_shade_goes_on_under_the_eye() -> None:
    shade = np.linspace(1, 0.85, SIZE)[None, :, None]
    image = np.broadcast_to(SKIN * shade, (SIZE, SIZE, 3)).astype(np.uint8).copy()
    image[82:118, 70:130] = (60, 90, 200)
    image[70:78, 60:140] = (40, 20, 30)
    under = skin_under(image, ring(), SKIN)
    for x in (75, 100, 125):
        assert under[100, x] == pytest.approx(SKIN * shade[0, x], abs=6)


def test_where_no_skin_is_seen_it_is_of_the_usual_colour() -> None:
    image = np.full((SIZE, SIZE, 3), (30, 60, 200), np.uint8)
    assert skin_under(image, ring(), SKIN)[100, 100] == pytest.approx(SKIN, abs=1)


def test_the_white_of_an_eye_is_no_skin() -> None:
    image = np.broadcast_to(SKIN, (SIZE, SIZE, 3)).astype(np.uint8).copy()
    image[60:140, 50:150] = (245, 245, 250)
    assert skin_under(image, ring(), SKIN)[100, 100] == pytest.approx(SKIN, abs=4)


def test_what_is_in_a_mouth_stays_within_the_face() -> None:
    oval = np.column_stack([ring((50, 50)) - 100, np.zeros(24)])
    points = np.array([[80.0, 0, 1], [0, -60, 1], [20, 10, 1]])
    kept = within(points, np.zeros(3), oval)
    assert np.linalg.norm(kept[:2, :2], axis=1) == pytest.approx(50 * INSIDE, rel=0.02)
    assert kept[2] == pytest.approx(points[2])
    assert (kept[:, 2] == 1).all()


def test_the_white_of_an_eye_is_no_pale_skin() -> None:
    pale = np.array([255.0, 249.0, 232.0])
    image = np.full((200, 200, 3), pale, np.uint8)
    image[80:120, 50:150] = 255
    under = skin_under(image, ring(), pale)
    assert under[100, 100] == pytest.approx(pale, abs=1)
