"""Apertures against phones, on mouths made up for it."""

import numpy as np
import pytest

from avatar_serving.evaluation.expected import audible, openness, silent, sounds
from avatar_serving.evaluation.lip_sync import CLOSED, Watched, best_lag, jerk, judge
from avatar_serving.media import AudioChunk, Phone, Speech
from tests.animate.conftest import spell

PHONES = spell("mɑpimɛbumɑ", each_s=0.12, start_s=0.3)
SECONDS = 1.8
SPEECH = Speech(AudioChunk(b"\0\x10" * round(24_000 * SECONDS), 24_000), PHONES)
"""Of a sound that never pauses."""


def watched(late_s: float = 0.0, least: float = 0.0) -> Watched:
    """A mouth that opens as the phones want, *late_s* after them, never closed under *least*."""
    times = np.arange(0, SECONDS, 1 / 30)
    at, wanted = openness(sounds(PHONES), SECONDS)
    aperture = np.maximum(0.15 * np.interp(times - late_s, at, wanted), least)
    lips = np.stack([aperture, aperture], -1)[:, None]
    return Watched(times, aperture, lips)


def test_marks_of_stress_are_no_sounds() -> None:
    found = sounds([Phone("ˈbɑː", 0.0, 0.2), Phone(" ", 0.2, 0.3), Phone("?", 0.3, 0.4)])
    assert [(s.symbol, s.start_s, s.end_s) for s in found] == [("b", 0.0, 0.1), ("ɑ", 0.1, 0.2)]


def test_vowels_open_and_closures_close() -> None:
    times, wanted = openness(sounds(PHONES), SECONDS)
    at = {phone.symbol: (phone.start_s + phone.end_s) / 2 for phone in PHONES[:3]}
    level = {symbol: float(np.interp(t, times, wanted)) for symbol, t in at.items()}
    assert level["ɑ"] > 0.5 > level["m"] and level["p"] < level["ɑ"]


def test_a_pause_that_was_timed_as_part_of_a_sound_is_none_of_it() -> None:
    audio = AudioChunk(b"\0\x10" * 4000 + b"\1\0" * 8000 + b"\0\x10" * 4000, 16_000)
    spoken = sounds([Phone("m", 0.0, 0.1), Phone("ə", 0.1, 0.7), Phone("b", 0.75, 0.9)])
    heard = audible(spoken, audio)
    assert [(s.symbol, s.start_s) for s in heard] == [("m", 0.0), ("ə", 0.1), ("b", 0.75)]
    assert [s.end_s for s in heard] == pytest.approx([0.1, 0.25, 0.9])
    assert silent(heard, np.array([0.5])).all() and not silent(spoken, np.array([0.5])).any()


@pytest.mark.parametrize("late_s", [-0.06, 0.0, 0.043])
def test_the_lag_is_found(late_s: float) -> None:
    correlation, lag_s = best_lag(*openness(sounds(PHONES), SECONDS), watched(late_s))
    assert lag_s == pytest.approx(late_s, abs=0.012)
    assert correlation > 0.95


def test_a_mouth_that_does_not_move_agrees_with_nothing() -> None:
    still = Watched(watched().times, np.zeros(54), watched().lips)
    assert best_lag(*openness(sounds(PHONES), SECONDS), still) == (0.0, pytest.approx(-0.2))


def test_closures_and_silence_are_counted() -> None:
    good = judge(SPEECH, "", watched(least=0.0))
    assert good.closures == 5 and good.closed_in_silence == 1 and good.found == 1
    never = judge(SPEECH, "", watched(least=2 * CLOSED))
    assert never.closure_hits == 0 and never.closed_in_silence == 0
    assert good.closure_hits > 0.5


def test_silence_is_away_from_sounds() -> None:
    times = np.array([0.05, 0.25, 0.5, 1.45, 1.75])
    assert silent(sounds(PHONES), times).tolist() == [True, False, False, False, True]


def test_jerk_is_the_third_derivative() -> None:
    times = np.arange(20) / 30
    cubic = np.stack([times**3, np.zeros(20)], -1)[:, None]
    assert jerk(cubic, 1 / 30) == pytest.approx(6.0)
