"""The paper loudspeaker: what is heard, when, and what is missing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.client import Playout
from tests.client.fake_server import RATE, tone


def quiet(seconds: float) -> bytes:
    return b"\0\0" * round(seconds * RATE)


def test_sound_that_comes_in_time_plays_without_a_break() -> None:
    playout = Playout(RATE, jitter_s=0.05)
    playout.push(tone(1), 10.0)
    playout.push(tone(1), 10.9)
    playout.finish()
    assert playout.underruns == []
    assert playout.position_s(11.05) == pytest.approx(1.0)
    assert playout.playing(12.04) and not playout.playing(12.06)
    assert playout.ends_s == pytest.approx(12.05)


def test_the_first_audible_sample_is_past_leading_silence() -> None:
    playout = Playout(RATE, jitter_s=0.05)
    playout.push(quiet(0.3), 5.0)
    assert playout.first_audible_s() is None
    playout.push(quiet(0.2) + tone(0.5), 5.1)
    assert playout.first_audible_s() == pytest.approx(5.55, abs=1e-3)


def test_late_sound_is_an_underrun_and_shifts_what_follows() -> None:
    playout = Playout(RATE, jitter_s=0.05)
    playout.push(tone(0.5), 0.0)
    playout.push(tone(0.5), 0.75)
    assert [(round(u.at_s, 3), round(u.seconds, 3)) for u in playout.underruns] == [(0.55, 0.25)]
    assert playout.position_s(0.7) == pytest.approx(0.5), "it waits"
    assert playout.when_s(0.6) == pytest.approx(0.9)


def test_stopping_says_how_much_was_heard_and_plays_nothing_after() -> None:
    playout = Playout(RATE, jitter_s=0.0)
    playout.push(tone(2), 0.0)
    assert playout.stop(0.75) == 750
    playout.push(tone(1), 0.8)
    assert playout.seconds == 2
    assert playout.position_s(5.0) == pytest.approx(0.75)
    assert not playout.playing(0.8)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 0.5)), min_size=1, max_size=20))
def test_the_position_never_goes_back_and_ends_at_everything(
    parts: list[tuple[float, float]],
) -> None:
    playout, at_s = Playout(RATE), 0.0
    for wait_s, seconds in parts:
        at_s += wait_s
        playout.push(quiet(seconds), at_s)
    end_s = playout.ends_s
    assert end_s is not None
    positions = [playout.position_s(t) for t in np.linspace(0, end_s + 1, 200)]
    assert all(a <= b + 1e-9 for a, b in zip(positions, positions[1:], strict=False))
    assert positions[-1] == pytest.approx(playout.seconds)
    played = sum(s.past - s.first for s in playout.spans) / RATE
    assert played == pytest.approx(playout.seconds)
