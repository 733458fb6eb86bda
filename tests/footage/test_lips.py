"""Lips of a film and lips of a face, in one measure."""

import numpy as np
import pytest

from avatar_serving.footage.index import ByLips, Said
from avatar_serving.footage.lips import Lips, index_of, lips_in, lips_of
from avatar_serving.media import CHANNELS, FaceFrame
from avatar_serving.stages.animate.sound import Sound


def face(at_s: float = 0.0, **weights: float) -> FaceFrame:
    return FaceFrame(at_s, tuple(weights.get(name, 0.0) for name in CHANNELS))


def film(gaps: np.ndarray, width: float = 0.6) -> Lips:
    return Lips(gaps, np.full(len(gaps), width))


def test_lips_that_meet_over_an_open_jaw_are_shut() -> None:
    lips = lips_of([face(), face(jawOpen=0.6), face(jawOpen=0.6, mouthClose=0.6)])
    assert lips.gap == pytest.approx([0.0, 0.168, 0.0])
    assert lips_of([face(mouthPucker=0.7)]).width[0] < -0.1


def test_a_turned_head_has_the_same_lips() -> None:
    points = np.random.default_rng(1).normal(size=(1, 478, 3)).astype(np.float32)
    turn = np.array([[0.8, 0, 0.6], [0, 1, 0], [-0.6, 0, 0.8]], np.float32)
    ahead, turned = lips_in(points), lips_in(3 * points @ turn)
    assert turned.gap == pytest.approx(ahead.gap) and turned.width == pytest.approx(ahead.width)


def test_what_is_wanted_is_like_what_is_seen() -> None:
    index = index_of(film(np.linspace(0.01, 0.2, 100)))
    shut, wide = index.wanted(Lips(np.array([0.0, 0.15]), np.zeros(2)))
    seen_shut, seen_wide = index.seen(film(np.array([0.01, 0.168])))
    assert np.abs(shut - seen_shut).max() < 0.25
    assert np.abs(wide - seen_wide).max() < 0.1
    assert shut[0] == 0.0 and wide[0] == pytest.approx(1.0)


def test_a_mouth_that_hardly_opens_is_asked_for_no_more_than_it_does() -> None:
    index = index_of(film(np.linspace(0.0, 0.06, 100)))
    (widest,) = index.wanted(Lips(np.array([0.15]), np.zeros(1)))
    (seen,) = index.seen(film(np.array([0.058])))
    assert widest[0] == pytest.approx(seen[0], abs=0.05)


def test_a_face_at_any_rate_is_looked_for_at_the_rate_of_the_film() -> None:
    said = Said(Sound(np.zeros(0, np.float32)), 1.0, (face(0.0), face(1.0, jawOpen=0.4)))
    wanted = ByLips(index_of(film(np.linspace(0.0, 0.2, 50)))).wanted(said, np.array([0, 0.5, 1]))
    assert np.diff(wanted[:, 0]) == pytest.approx([wanted[1, 0]] * 2)
