"""What a film shows against what its avatar does, of made-up faces and motions."""

import numpy as np
import pytest

from avatar_serving.driving.heads import Heads
from avatar_serving.driving.motion import Motion
from avatar_serving.driving.neutral import Neutral
from avatar_serving.evaluation.reenactment import (
    LENGTHS,
    Reenacted,
    calmest,
    driven,
    followed,
    placed,
)
from avatar_serving.faces.topology import LIPS_INNER
from avatar_serving.media import ARKIT, CHANNELS, HEAD

COUNT = 6


def moving() -> Motion:
    """A jaw that opens from picture to picture, a head that turns by half a degree a picture."""
    weights = np.zeros((COUNT, len(ARKIT)))
    weights[:, ARKIT.index("jawOpen")] = np.linspace(0.6, 0.1, COUNT)
    angles = np.zeros((COUNT, len(HEAD)))
    angles[:, 0] = 0.5 * np.arange(COUNT)
    heads = Heads(np.tile(np.eye(3), (COUNT, 1, 1)), np.ones(COUNT), np.zeros((COUNT, 3)))
    neutral = Neutral(np.zeros((478, 3)), np.zeros(52))
    return Motion(25, neutral, heads, weights, angles, np.zeros(COUNT, np.intp))


def test_the_avatar_is_made_of_the_calmest_picture_and_turns_from_there() -> None:
    motion = moving()
    source = calmest(motion)
    assert source == COUNT - 1
    values = dict(zip(CHANNELS, driven(motion, source, 1), strict=True))
    assert values["headYaw"] == pytest.approx(-2)
    assert values["jawOpen"] == pytest.approx(0.5)


def test_a_head_is_moved_and_scaled_but_not_turned_onto_the_other() -> None:
    face = np.random.default_rng(1).uniform(0, 100, (468, 2))
    scale, shift = placed(face, face * 2.5 + (7, -3))
    assert scale == pytest.approx(2.5)
    assert shift == pytest.approx(np.array([7, -3]))
    turned = face @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    scale, shift = placed(face, turned)
    assert np.abs(face * scale + shift - turned).max() > 10


def seen(real: float, drawn: float, errors: np.ndarray) -> Reenacted:
    nothing = np.zeros((4, 4, 3), np.uint8)
    lengths = {name: (real, drawn) for name in (*LENGTHS, *HEAD)}
    return Reenacted(nothing, nothing, errors, 30.0, 0.9, 0.2, lengths)


def test_errors_are_told_by_part_of_the_face() -> None:
    errors = np.zeros(468)
    errors[list(LIPS_INNER)] = 0.1
    one = seen(1, 1, errors)
    assert one.error("brows") == 0
    assert 0 < one.error() < one.error("lips") < 0.1


def test_an_avatar_that_does_half_as_much_has_a_slope_of_a_half() -> None:
    nothing = np.zeros(468)
    pictures = [seen(real, 3 + real / 2, nothing) for real in (1.0, 2.0, 4.0)]
    assert followed(pictures)["jaw"] == pytest.approx((1, 0.5))
