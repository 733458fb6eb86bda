"""A rig without weights, with the lids it has and with lids that do not move."""

from dataclasses import replace

import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import MORPHS
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation.closure import eyes_left
from avatar_serving.evaluation.eyeballs import Eyeballs
from tests.avatars.pictures import colourful


def test_what_lids_do_not_cover_is_left() -> None:
    rig = package.load(plain_package(colourful()))
    morphs = rig.skin.morphs.copy()
    morphs[[MORPHS.index(f"eyeBlink{side}") for side in ("Left", "Right")]] = 0
    without = replace(rig, skin=replace(rig.skin, morphs=morphs))
    assert eyes_left(without, 128) == pytest.approx(1)
    assert eyes_left(rig, 128) < 0.5


def test_the_further_lids_come_down_the_less_of_the_eyeballs_is_seen() -> None:
    eyeballs = Eyeballs(package.load(plain_package(colourful())), 128)
    shown = [eyeballs.shown(pose_values({"eyeBlink": share})) for share in (0.0, 0.5, 1.0)]
    assert shown[0] > shown[1] > shown[2]
    assert eyeballs.shown(pose_values({"jawOpen": 1.0})) == pytest.approx(shown[0])
