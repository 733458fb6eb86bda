import math

import cv2
import numpy as np
import pytest

from avatar_serving.faces.region import Region, cut


@pytest.mark.parametrize("side", [40, 400, 1500])
@pytest.mark.parametrize("angle", [0.0, 0.4, -1.2])
def test_cut_shows_what_is_at_its_points(side: int, angle: float) -> None:
    """A white disc in the image lies in the cut where `from_image` says."""
    image = np.zeros((900, 1000, 3), np.uint8)
    centre = np.array([[520.0, 430.0]], np.float32)
    cv2.circle(image, (520, 430), max(3, side // 12), (255, 255, 255), -1)
    region = Region(500, 450, side * 1.0 if side > 100 else 100, angle)
    seen = cut(image, region, 128)
    y, x = np.nonzero(seen[..., 0] > 128)
    expected = region.from_image(centre + 0.5, 128)[0]
    assert (x.mean() + 0.5, y.mean() + 0.5) == pytest.approx(tuple(expected), abs=0.6)


def test_points_go_there_and_back() -> None:
    region = Region(30, 40, 200, math.radians(25))
    points = np.random.default_rng(0).uniform(0, 256, (9, 2)).astype(np.float32)
    assert region.from_image(region.to_image(points, 256), 256) == pytest.approx(points, abs=1e-3)


@pytest.mark.parametrize("x", [-500, 0, 700])
def test_outside_is_black(x: float) -> None:
    seen = cut(np.full((100, 100, 3), 200, np.uint8), Region(x, 50, 80, 0.3), 64)
    assert seen.shape == (64, 64, 3)
    assert (seen[:, 0 if x <= 0 else -1] == 0).all()
