"""Lengths, agreement and likeness, on numbers made up for it."""

import numpy as np
import pytest

from avatar_serving.avatars.surface import lid_pairs, lip_pairs
from avatar_serving.evaluation import measures
from avatar_serving.evaluation.controls import agreement
from avatar_serving.evaluation.landmarks import compare, error
from avatar_serving.evaluation.likeness import resemblance, ssim
from avatar_serving.evaluation.stand import LANDMARKS, Points, View
from avatar_serving.faces import Face
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE
from tests.avatars.pictures import colourful


def face(gap: float = 0.0, eyes: float = 0.0, turn: float = 0.0) -> Points:
    """Landmarks whose lips and lids are so far apart, turned by *turn* radians."""
    points = np.zeros((LANDMARKS, 2))
    points[RIGHT_EYE[0]], points[LEFT_EYE[0]] = (-50, -40), (50, -40)
    points[measures.RIGHT_CORNER], points[measures.LEFT_CORNER] = (-30, 40), (30, 40)
    for upper, lower in lip_pairs():
        points[lower, 1] = points[upper, 1] + gap
    for upper, lower in (*lid_pairs(RIGHT_EYE), *lid_pairs(LEFT_EYE)):
        points[lower, 1] = points[upper, 1] + eyes
    cos, sin = np.cos(turn), np.sin(turn)
    return points @ np.array([[cos, sin], [-sin, cos]])


@pytest.mark.parametrize("turn", [0.0, 0.4])
def test_lengths_do_not_depend_on_the_heads_roll(turn: float) -> None:
    points = face(gap=12, eyes=5, turn=turn)
    assert measures.aperture(points) == pytest.approx(12)
    assert measures.eye_opening(points) == pytest.approx(5)
    assert measures.mouth_width(points) == pytest.approx(60)


def test_lips_that_cross_are_closed() -> None:
    assert measures.aperture(face(gap=-3)) == 0


def test_a_smile_is_wider_and_higher() -> None:
    plain, smiling = face(), face()
    smiling[[measures.RIGHT_CORNER, measures.LEFT_CORNER]] += [(-5, -5), (5, -5)]
    assert measures.smile(smiling) == pytest.approx(measures.smile(plain) + 10)


def test_agreement() -> None:
    assert agreement([(0, 1), (1, 1.5), (2, 2)]) == pytest.approx((1.0, 0.5))
    assert agreement([(0, 1), (1, 1)]) == (0.0, 0.0)
    assert agreement([(0, 1), (1, 1), (2, 1)]) == (0.0, 0.0)


def view(off: float | None) -> View:
    geometry = face()
    if off is None:
        return View((), colourful(), geometry, None)
    landmarks = np.zeros((478, 3), np.float32)
    landmarks[:LANDMARKS, :2] = geometry + (off, 0)
    return View((), colourful(), geometry, Face((0, 0, 1, 1), landmarks, 1.0, {}, (0, 0, 0)))


def test_landmark_error_is_in_face_widths() -> None:
    found = compare([view(2.0), view(4.0), view(None)], face_width=100.0)
    assert (found.found, found.poses) == (2, 3)
    assert found.nme == pytest.approx(0.03)
    assert found.parts["lips"] == pytest.approx(0.03)
    assert error(view(None)) == float("inf")


def test_likeness_of_pictures() -> None:
    same, noisy = colourful(), colourful()
    noisy[::2, ::2] ^= 64
    assert ssim(same, same) == pytest.approx(1)
    assert ssim(same, noisy) < 0.9
    assert resemblance(same, noisy).psnr_db == pytest.approx(10 * np.log10(255**2 / 1024), abs=0.1)
