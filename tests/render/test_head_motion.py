"""A head that is drawn already, turned: beside what the mesh renderer draws of the same turn."""

import numpy as np
import pytest

from avatar_serving.avatars.drawing import canvases
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.media import Window
from avatar_serving.stages.render.head_motion import HeadMotion
from tests.faced import faced_package

PACKAGE, SIDE = faced_package(), 256
REST = pose_values({})


@pytest.mark.parametrize(
    "turn",
    [{"headRoll": 6.0, "headYaw": -5.0}, {"headRoll": -4.0, "headYaw": 8.0, "headPitch": -6.0}],
)
def test_a_turn_is_nearly_what_the_mesh_shows(turn: dict[str, float]) -> None:
    canvas, motion = canvases(PACKAGE)(SIDE, Window(0, 0, SIDE, SIDE), None), HeadMotion(PACKAGE)
    rest, turned = canvas.draw(REST).copy(), canvas.draw(pose_values(turn)).copy()
    found = motion.turned(rest, REST, pose_values(turn))
    inner = np.s_[40:-40, 40:-40]  # beyond the card's edges the mesh shows what is behind it
    apart = [np.abs(each[inner].astype(int) - turned[inner]).mean() for each in (rest, found)]
    assert apart[1] < apart[0] / 2


def test_only_the_head_counts_and_only_its_change() -> None:
    motion, dice = HeadMotion(PACKAGE), np.random.default_rng(0)
    drawn = dice.integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)
    assert motion.turned(drawn, REST, pose_values({"jawOpen": 1.0})) is drawn
    away = pose_values({"headYaw": 5.0})
    assert motion.turned(drawn, away, away) is drawn
