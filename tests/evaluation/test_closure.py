"""A rig without weights, with the lids it has and with lids that do not move."""

from dataclasses import replace

import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import MORPHS
from avatar_serving.evaluation.closure import eyes_left
from tests.avatars.pictures import colourful


def test_what_lids_do_not_cover_is_left() -> None:
    rig = package.load(plain_package(colourful()))
    morphs = rig.skin.morphs.copy()
    morphs[[MORPHS.index(f"eyeBlink{side}") for side in ("Left", "Right")]] = 0
    without = replace(rig, skin=replace(rig.skin, morphs=morphs))
    assert eyes_left(without, 128) == pytest.approx(1)
    assert eyes_left(rig, 128) < 0.5
