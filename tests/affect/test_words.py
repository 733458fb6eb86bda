"""What words tell of a feeling, in both languages."""

from pathlib import Path

import pytest

from avatar_serving.affect.feeling import Feeling, together
from avatar_serving.affect.lexicon import signs
from avatar_serving.affect.words import feeling_in

TOLD = 0.35


def emotion_of(text):
    emotion, strength = feeling_in(text).strongest
    return emotion if strength >= TOLD else "neutral"


def labelled(language):
    lines = (Path(__file__).parent / f"said_{language}.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_people_say_is_understood(language):
    """Written together with the lexicon: docs/emotion.md has figures on sentences of others."""
    sentences = labelled(language)
    right = [emotion_of(text) == label for label, text in sentences]
    assert len(sentences) >= 40
    assert sum(right) / len(right) >= 0.9


@pytest.mark.parametrize(
    ("plain", "turned"),
    [
        ("I am happy.", "I am not happy."),
        ("I like it.", "I never like it."),
        ("我很开心。", "我一点也不开心。"),
        ("我喜欢。", "我不喜欢。"),
    ],
)
def test_the_absence_of_joy_is_sad(plain, turned):
    assert emotion_of(plain) == "joy"
    assert emotion_of(turned) == "sadness"


@pytest.mark.parametrize(
    "text", ["I'm not afraid.", "Don't worry.", "我不怕。", "别担心。", "我没有生气。"]
)
def test_the_absence_of_something_bad_is_nothing(text):
    assert feeling_in(text) == Feeling()


@pytest.mark.parametrize(
    ("weak", "strong"),
    [
        ("I'm a bit nervous.", "I'm very nervous."),
        ("我有点紧张。", "我非常紧张。"),
        ("I was glad, but it is sad.", "I was sad, but it is a pity, so sad!"),
    ],
)
def test_degrees(weak, strong):
    strengths = [max(feeling_in(t).fear, feeling_in(t).sadness) for t in (weak, strong)]
    assert 0 < strengths[0] < strengths[1] <= 1


def test_what_follows_but_counts_for_more():
    assert emotion_of("The food was great, but the waiter was rude.") == "anger"
    assert emotion_of("天气不错，但是我很难过。") == "sadness"


@pytest.mark.parametrize("text", ["", "?!", "...", "12 + 30", "🙂", "a" * 5000, "不" * 500])
def test_anything_may_be_said(text):
    assert all(0 <= feeling_in(text).score(name) <= 1 for name in ("joy", "sadness"))


def test_signs_of_one_emotion_add_up():
    both = together((Feeling(joy=0.5), Feeling(joy=0.5)))
    assert both.joy == pytest.approx(0.75)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_lists_are_sound(language):
    found = signs(language)
    assert len(found) > 150
    assert all(0 < sign.strength <= 1 for entry in found.values() for sign in entry)
    assert all(entry == entry.strip().lower() for entry in found)
