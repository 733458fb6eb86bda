"""From turns to percentiles, goodput and the break point."""

import pytest

from load_tests.figures import break_point, goodput, live_over_time, spread, summary
from load_tests.measured import missed
from load_tests.results import CreationResult
from load_tests.sender import Lateness
from tests.load_tests.made import TARGETS, turn, visit


def test_percentiles_are_values_that_were_measured():
    found = spread(float(n) for n in range(1, 101))
    assert found is not None
    assert (found.count, found.p50, found.p95, found.p99, found.most) == (100, 51, 96, 100, 100)
    assert spread([]) is None


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"ms": None, "failure": "stage_timeout"}, "no answer"),
        ({"status": "failed"}, "answer failed"),
        ({"ms": 1001.0}, "voice to voice"),
        ({"underruns": 1}, "underrun"),
        ({"motion_late_ms": 21.0}, "motion late"),
        ({"barge_in_ms": 251.0}, "barge-in"),
        ({"heard_only": False}, "not heard only"),
    ],
)
def test_a_turn_is_good_when_it_meets_every_target(fields, name):
    assert missed(turn(**fields), TARGETS) == [name]
    good = turn(status="interrupted", barge_in_ms=200.0, heard_only=True, motion_late_ms=20.0)
    assert missed(good, TARGETS) == []


def test_goodput_counts_turns_without_an_answer():
    turns = [turn(), turn(ms=2000.0), turn(ms=None, failure="gone"), turn(heard_only=None)]
    assert goodput(turns, TARGETS) == 0.5
    assert goodput([], TARGETS) == 0.0


def test_live_sessions_are_those_that_had_begun():
    visits = [visit(0, 0.0, 10.0), visit(1, 2.0, 5.0), visit(2, None, None, outcome="rejected")]
    assert live_over_time(visits) == [(0.0, 1), (2.0, 2), (5.0, 1), (10.0, 0)]


def test_a_summary_says_what_was_missed_and_by_how_many():
    turns = [turn(), turn(ms=1500.0, underruns=2, underrun_ms=80.0), turn(ms=None, failure="x")]
    visits = [
        visit(0, 0.0, 9.0, resumed=1),
        visit(1, None, None, outcome="rejected", reason="full"),
    ]
    creations = [CreationResult(visit=3, at_s=1.0, seconds=4.0)]
    lateness = Lateness()
    lateness.add([0.5] * 99 + [20.0])
    found = summary(turns, visits, creations, lateness, TARGETS, 0.95)
    assert found.goodput == pytest.approx(1 / 3)
    assert found.missed == {"no answer": 1, "voice to voice": 1, "underrun": 1}
    assert found.sessions == {"served": 1, "rejected": 1} and found.resumed == 1
    assert found.most_live == 1
    assert found.figures["voice to voice, ms"].most == 1500
    assert found.figures["making an avatar, s"].p50 == 4.0
    assert "barge-in to silence, ms" not in found.figures


def growing(slow_from: int):
    """Sixty seconds, one session more each second, two turns a second."""
    visits = [visit(i, float(i), 60.0) for i in range(60)]
    turns = [
        turn(at_s=second + half, ms=300.0 if second < slow_from else 3000.0)
        for second in range(60) for half in (0.2, 0.4, 0.6)
    ]  # fmt: skip
    return turns, visits


def test_the_break_point_is_where_goodput_stays_low():
    turns, visits = growing(slow_from=40)
    assert break_point(turns, visits, TARGETS, 0.95) == pytest.approx(43, abs=3)
    turns, visits = growing(slow_from=99)
    assert break_point(turns, visits, TARGETS, 0.95) is None


def test_one_bad_stretch_does_not_break_it():
    turns, visits = growing(slow_from=99)
    bad = [t.model_copy(update={"underruns": 1}) if 20 < t.at_s < 24 else t for t in turns]
    assert goodput(bad, TARGETS) < 0.95
    assert break_point(bad, visits, TARGETS, 0.95) is None


def test_lateness_of_millions_of_frames_fits_a_histogram():
    one, two = Lateness(), Lateness()
    one.add(float(n) / 10 for n in range(1, 901))
    two.add([95.0] * 100)
    one.merge(two)
    found = one.spread()
    assert found is not None and found.count == 1000 and found.most == 95
    assert found.p50 == pytest.approx(50, rel=0.05) and found.p99 == pytest.approx(95, rel=0.05)
    assert Lateness().spread() is None
