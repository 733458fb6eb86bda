"""Who is in a made-up picture: a disc of skin with an ear that the network did not see."""

import numpy as np

from avatar_serving.avatars.person import ears, sure

SIZE = 240
Y, X = np.mgrid[:SIZE, :SIZE]
FACE = np.hypot(X - 120, Y - 120) < 60
EAR = np.hypot(X - 182, Y - 120) < 14
HEAD = np.hypot(X - 120, Y - 120) < 90
SKIN, WALL = (200, 150, 120), (120, 130, 150)


def seen(wall: tuple[int, int, int]) -> np.ndarray:
    noise = np.random.default_rng(1).integers(-6, 7, (SIZE, SIZE, 1))
    picture = np.where((FACE | EAR)[..., None], SKIN, wall) + noise
    return ears(picture.astype(np.uint8), FACE.astype(np.float32), FACE, HEAD)


def test_an_ear_of_the_colour_of_the_face_is_the_persons() -> None:
    found = seen(WALL)
    assert found[120, 185] > 0.9
    assert found[FACE | EAR].max() > 0.9
    assert found[~(FACE | EAR)].mean() < 0.01


def test_a_wall_of_the_colour_of_the_face_is_not() -> None:
    assert seen(SKIN).max() < 0.1


def test_brow_is_face_to_its_rim_and_a_cheek_is_not() -> None:
    found = sure(FACE, 120)
    assert found[FACE].min() == 0 and found[~FACE].max() == 0
    assert (found[FACE & (Y < 100)] == 1).all()
    assert found[120, 120 - 58] == 0 and found[120, 120 - 50] == 1
