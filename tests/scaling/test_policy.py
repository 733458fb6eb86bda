"""Replicas follow what is seen: within bounds, more for more, and quiet when nothing changes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from avatar_serving.scaling import ByDeadlineMisses, ByQueueWait, BySessions, Scaling
from avatar_serving.scaling.observation import Observation, expected_wait_s
from avatar_serving.scaling.policy import Bounds, ScalingState, decide

ROOM = 4.0
WIDE = Bounds(0, 50)

rooms = st.one_of(st.none(), st.floats(0.5, 20))
common = {
    "per_replica": rooms,
    "warm": st.floats(0, 10),
    "up_delay_s": st.floats(0, 60),
    "down_delay_s": st.floats(0, 600),
    "max_step": st.integers(1, 8),
}
signals = st.one_of(
    st.builds(BySessions, **common),
    st.builds(ByQueueWait, signal=st.just("queue_wait"), **common),
    st.builds(ByDeadlineMisses, signal=st.just("deadline_misses"), **common),
)
bounds = st.tuples(st.integers(0, 5), st.integers(1, 30)).map(lambda p: Bounds(p[0], sum(p)))
loads = st.floats(0, 300)
waits = st.floats(0, 5)
shares = st.floats(0, 1)


def run(options, limits, sights, asked=1, every_s=1.0):
    """Decision after decision; a sight is (load, wait_s, late), and replicas start at once."""
    state, history = ScalingState(), []
    for number, (load, wait_s, late) in enumerate(sights):
        seen = Observation(asked, asked, load, wait_s, late)
        decision = decide(options, ROOM, limits, seen, state, number * every_s)
        asked, state = decision.replicas, decision.state
        history.append(decision)
    return history


def turns(counts):
    """How often a series changes its direction."""
    steps = [b - a for a, b in zip(counts, counts[1:], strict=False) if a != b]
    return sum(a * b < 0 for a, b in zip(steps, steps[1:], strict=False))


@given(signals, bounds, st.lists(st.tuples(loads, waits, shares), max_size=60), st.data())
def test_never_out_of_bounds_and_never_in_leaps(options, limits, sights, data):
    asked = data.draw(st.integers(limits.least, limits.most))
    for decision in run(options, limits, sights, asked, every_s=20):
        assert limits.least <= decision.replicas <= limits.most
        assert abs(decision.replicas - asked) <= options.max_step
        asked = decision.replicas


@given(signals, bounds, loads, loads, waits, shares, st.integers(0, 30))
def test_more_load_never_means_fewer(options, limits, one, other, wait_s, late, asked):
    less, more = sorted((one, other))
    counts = [
        decide(
            options, ROOM, limits, Observation(asked, asked, load, wait_s, late), ScalingState(), 0
        ).replicas
        for load in (less, more)
    ]
    assert counts[0] <= counts[1]


@given(signals, bounds, loads, waits, shares, st.integers(0, 30))
def test_constant_load_settles(options, limits, load, wait_s, late, asked):
    """Whatever is seen, if it stays so for fifty minutes the count moves one way and stays."""
    asked = limits.clamp(asked)
    counts = [d.replicas for d in run(options, limits, [(load, wait_s, late)] * 300, asked, 10)]
    assert turns([asked, *counts]) == 0
    later = [d.replicas for d in run(options, limits, [(load, wait_s, late)] * 3, counts[-1], 10)]
    assert options.up_delay_s > 30 or options.down_delay_s > 20 or later[0] == counts[-1]


@given(st.floats(0.5, 30), st.floats(1, 12), st.floats(0.5, 20))
def test_a_closed_loop_does_not_swing(load, true_room, said_room):
    """Waiting begins where replicas hold no more, whatever their room was said to be."""
    options = ByQueueWait(
        signal="queue_wait", per_replica=said_room, up_delay_s=10, down_delay_s=60
    )
    state, asked, counts = ScalingState(), 1, []
    for second in range(3000):
        wait_s = 5.0 if load > asked * true_room else 0.0
        seen = Observation(asked, asked, load, wait_s)
        decision = decide(options, ROOM, WIDE, seen, state, second)
        asked, state = decision.replicas, decision.state
        counts.append(asked)
    assert asked >= math.floor(load / true_room)
    assert len(set(counts[-500:])) == 1


def test_sessions_and_the_warm_buffer():
    options = BySessions(per_replica=6, warm=2, down_delay_s=30)
    up = run(options, WIDE, [(5, 0, 0), (16, 0, 0), (17, 0, 0)])
    assert [d.replicas for d in up] == [2, 3, 4]
    assert up[0].reason == "load"


def test_fewer_only_after_a_while():
    options = BySessions(per_replica=1, down_delay_s=30, max_step=10)
    sights = [(9, 0, 0)] * 2 + [(3, 0, 0)] * 20 + [(5, 0, 0)] + [(3, 0, 0)] * 20
    decisions = run(options, WIDE, sights, asked=9)
    assert {d.replicas for d in decisions[:32]} == {9}
    assert decisions[31].reason == "lasting"
    assert decisions[32].replicas == 5  # the most that was wanted meanwhile
    assert decisions[-1].replicas == 5


def test_pressure_waits_for_replicas_that_start():
    options = ByQueueWait(signal="queue_wait", up_delay_s=0, per_replica=8)
    starting = Observation(asked=3, running=1, load=9, wait_s=4)
    decision = decide(options, ROOM, WIDE, starting, ScalingState(), 0)
    assert decision.replicas == 3
    there = Observation(asked=3, running=3, load=9, wait_s=4)
    assert decide(options, ROOM, WIDE, there, ScalingState(), 0).replicas == 6


def test_late_streams_call_for_more_and_calm_lets_go():
    options = ByDeadlineMisses(
        signal="deadline_misses", up_delay_s=0, down_delay_s=5, per_replica=10
    )
    up = run(options, WIDE, [(4, 0, 0.2), (4, 0, 0.04)], asked=2)
    assert [d.replicas for d in up] == [4, 4]
    assert (up[0].reason, up[1].reason) == ("pressure", "enough")
    calm = run(options, WIDE, [(4, 0, 0.0)] * 8, asked=4)
    assert calm[-1].replicas == 1


def test_the_first_replica_comes_at_once():
    options = BySessions(up_delay_s=600)
    seen = Observation(asked=0, running=0, load=1)
    assert decide(options, ROOM, WIDE, seen, ScalingState(), 0).replicas == 1


def test_the_wait_is_the_work_before_one():
    assert expected_wait_s(6, 2.0, 4) == 3.0
    assert expected_wait_s(0, 2.0, 0) == 0.0
    assert expected_wait_s(1, 2.0, 0) == math.inf


def test_a_misspelled_signal_is_refused():
    union = TypeAdapter(Scaling)
    with pytest.raises(ValidationError, match="sessions"):
        union.validate_python({"signal": "sesions"})
    with pytest.raises(ValidationError, match="wait_ms"):
        union.validate_python({"signal": "sessions", "wait_ms": 3})
