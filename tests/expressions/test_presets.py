"""Emotions in ARKit's shapes."""

import pytest

from avatar_serving.expressions import PRESETS, weights_of
from avatar_serving.expressions.action_units import ACTION_UNITS, shapes
from avatar_serving.media import ARKIT, EMOTIONS, Emotion

SIGNS: dict[Emotion, set[str]] = {
    "joy": {"mouthSmileLeft", "cheekSquintLeft"},
    "sadness": {"browInnerUp", "mouthFrownLeft"},
    "anger": {"browDownLeft", "mouthPressLeft", "eyeSquintLeft"},
    "fear": {"browInnerUp", "eyeWideLeft", "mouthStretchLeft"},
    "disgust": {"noseSneerLeft", "mouthUpperUpLeft"},
    "surprise": {"browInnerUp", "browOuterUpLeft", "eyeWideLeft", "jawOpen"},
    "concern": {"browInnerUp", "browDownLeft"},
    "thinking": {"browDownLeft", "mouthPressLeft"},
}


def test_every_emotion_has_a_preset() -> None:
    assert set(PRESETS) == set(EMOTIONS)
    assert set(SIGNS) == set(EMOTIONS) - {"neutral"}


@pytest.mark.parametrize("emotion", EMOTIONS)
@pytest.mark.parametrize("lean", [-1.0, 0.0, 1.0])
def test_weights_are_arkit_s_and_bounded(emotion: Emotion, lean: float) -> None:
    weights = weights_of(emotion, 1.0, lean)
    assert set(weights) <= set(ARKIT)
    assert all(0 < weight <= 1 for weight in weights.values())
    assert not {name for name in weights if name.startswith(("eyeBlink", "eyeLook"))}


@pytest.mark.parametrize("emotion", SIGNS)
def test_an_emotion_shows_its_signs(emotion: Emotion) -> None:
    weights = weights_of(emotion, 1.0)
    assert all(weights[name] > 0.15 for name in SIGNS[emotion])
    half = weights_of(emotion, 0.5)
    assert all(half[name] == pytest.approx(weights[name] / 2) for name in weights)


def test_no_two_emotions_look_alike() -> None:
    for one in SIGNS:
        for other in set(SIGNS) - {one}:
            a, b = weights_of(one, 1.0), weights_of(other, 1.0)
            distance = sum((a.get(n, 0) - b.get(n, 0)) ** 2 for n in {*a, *b}) ** 0.5
            assert distance > 0.4, (one, other)


def test_a_lean_makes_sides_differ_and_keeps_their_mean() -> None:
    left, right = (shapes({12: 0.5}, 1.0)[f"mouthSmile{side}"] for side in ("Left", "Right"))
    assert left == pytest.approx(0.6) and right == pytest.approx(0.4)


def test_units_name_arkit_s_shapes() -> None:
    for unit in ACTION_UNITS:
        assert set(shapes({unit: 1.0})) <= set(ARKIT)
