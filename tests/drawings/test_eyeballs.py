"""What lids hide of a drawn eyeball: the rest of its iris, and white."""

import numpy as np

from avatar_serving.avatars.eyes import Eye
from avatar_serving.drawings.eyeballs import drawn_eyeball

SIZE = 400
MIDDLE, RADIUS = 200, 40
BLUE, WHITE, SKIN = (40, 90, 200), (250, 250, 250), (240, 200, 180)
HALF = (90, 32)
"""Half width and half height of the opening: the lids cut the iris above and below."""


def eyeball() -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    aside, down = x - MIDDLE, y - MIDDLE
    opening = (aside / HALF[0]) ** 2 + (down / HALF[1]) ** 2 < 1
    iris = np.hypot(aside, down) < RADIUS
    picture = np.where(iris[..., None], BLUE, WHITE)
    picture = np.where(opening[..., None], picture, SKIN).astype(np.uint8)
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    ring = np.stack([HALF[0] * np.cos(turn), HALF[1] * np.sin(turn), 0 * turn], 1) / SIZE
    eye = Eye("Left", ring.astype(np.float32), np.zeros(2, np.float32), RADIUS / SIZE, ring)
    return drawn_eyeball(picture, eye)


def test_the_iris_goes_on_under_both_lids() -> None:
    whole = eyeball()
    for row in (MIDDLE - RADIUS + 4, MIDDLE + RADIUS - 4):
        np.testing.assert_allclose(whole[row, MIDDLE], BLUE, atol=25)


def test_it_ends_at_its_own_outline() -> None:
    whole = eyeball()
    for row in (MIDDLE - RADIUS - 5, MIDDLE + RADIUS + 5):
        np.testing.assert_allclose(whole[row, MIDDLE], WHITE, atol=12)
    np.testing.assert_allclose(whole[MIDDLE - RADIUS + 2, MIDDLE + 25], WHITE, atol=12)


def test_beside_the_opening_is_white() -> None:
    np.testing.assert_allclose(eyeball()[MIDDLE, MIDDLE + HALF[0] + 20], WHITE, atol=12)
