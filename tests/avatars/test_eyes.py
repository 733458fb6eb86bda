"""An eyeball of a made-up face."""

import numpy as np

from avatar_serving.avatars.eyes import SIDEWAYS, Eye, build_eyes
from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.textures import Mask

SIZE, WIDTH = 200, 0.1


def _eye(solid: Mask | None, x: float = 0.2) -> Eye:
    """In the middle of a flat face, *x* to the right."""
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = np.stack([x + np.cos(turn) * WIDTH / 2, np.sin(turn) * WIDTH / 5, 0 * turn], 1)
    steps = np.linspace(-0.5, 0.5, 41)
    skin = np.pad(np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2), ((0, 0), (0, 1)))
    return Eye("Left", ring.astype("f4"), np.array([x, 0]), WIDTH / 5, skin, solid)


def _places(solid: Mask | None, looks: str | None = None) -> Floats:
    picture = np.full((SIZE, SIZE, 3), 200, np.uint8)
    part = build_eyes(picture, (_eye(solid), _eye(solid)), None, np.zeros(52, np.float32))
    morph = 0 if looks is None else part.morphs[MORPHS.index(looks)]
    return part.positions + morph


def test_an_eyeball_ends_within_the_outline_of_the_face_wherever_it_looks() -> None:
    solid = np.ones((SIZE, SIZE), np.bool_)
    edge = 0.2 + 0.6 * WIDTH
    solid[:, round((edge + 0.5) * SIZE) :] = False
    for looks in (None, "eyeLookOutLeft"):
        assert _places(None, looks)[:, 0].max() > edge
        assert 0.2 + 0.5 * WIDTH < _places(solid, looks)[:, 0].max() <= edge


def test_an_eyeball_amid_a_face_is_whole() -> None:
    solid = np.ones((SIZE, SIZE), np.bool_)
    assert np.allclose(_places(solid), _places(None), atol=1e-7)
    moved = _places(solid, "eyeLookOutLeft") - _places(solid)
    assert np.allclose(moved[:, 0], SIDEWAYS * WIDTH, atol=1e-6)


def test_a_face_that_is_not_known_to_be_there_limits_nothing() -> None:
    nowhere = np.zeros((SIZE, SIZE), np.bool_)
    assert np.allclose(_places(nowhere), _places(None))
