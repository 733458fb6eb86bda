"""White in a made-up face: a bar over it, and a lamp too near."""

import cv2
import numpy as np
import pytest

from avatar_serving.faces import topology
from avatar_serving.faces.crop import FaceCrop
from avatar_serving.faces.region import Region
from avatar_serving.stages.review.bright import white_patches
from avatar_serving.stages.review.light import check_exposure

SIDE = 256


def _crop(grey: np.ndarray) -> FaceCrop:
    turn = np.linspace(0, 2 * np.pi, len(topology.OVAL), endpoint=False)
    points = np.zeros((478, 2), np.float32)
    points[list(topology.OVAL)] = 128 + 100 * np.c_[np.cos(turn), np.sin(turn)]
    return FaceCrop(np.dstack([grey] * 3), points, Region(128, 128, SIDE, 0))


def _skin() -> np.ndarray:
    grain = np.random.default_rng(0).uniform(90, 190, (SIDE, SIDE)).astype(np.float32)
    return cv2.GaussianBlur(grain, (0, 0), 3) + np.linspace(-60, 60, SIDE, dtype="f4")


@pytest.mark.parametrize("middle", [90, 128, 160])
def test_a_bar_is_a_patch_and_no_light(middle: int) -> None:
    grey = _skin().astype(np.uint8)
    grey[middle - 30 : middle + 30] = 255
    crop = _crop(grey)
    assert white_patches(crop)[middle, 60:200].all()
    assert check_exposure(crop).verdict == "good"


def test_a_lamp_burns_out_and_is_no_patch() -> None:
    down, across = np.mgrid[:SIDE, :SIDE]
    lamp = 320 * np.exp(-((down - 110) ** 2 + (across - 100) ** 2) / 80**2)
    crop = _crop(np.clip(_skin() + lamp, 0, 255).astype(np.uint8))
    assert not white_patches(crop).any()
    assert check_exposure(crop).verdict == "refused"
