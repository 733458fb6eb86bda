"""A crowd is seen coming; people who come and go by chance are not a crowd."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.scaling import BySessions
from avatar_serving.scaling.observation import Observation
from avatar_serving.scaling.policy import Bounds, ScalingState, decide
from avatar_serving.scaling.trend import Trend

LEAD_S = 240.0


def grown(loads, every_s=10):
    """The growth foreseen at the last of *loads*."""
    trend, foreseen = Trend(), 0.0
    for number, load in enumerate(loads):
        foreseen = trend.growth(load, number * every_s, LEAD_S)
        trend = trend.follow(load, number * every_s, LEAD_S)
    return foreseen


def test_a_steady_rise_goes_on():
    assert grown([100 + 10 * n for n in range(20)]) == 1.0 * LEAD_S


def test_chance_and_falls_are_no_growth():
    random = np.random.default_rng(3)
    crowd = [float(n) for n in random.poisson(100, 400)]
    foreseen = [grown(crowd[:n]) for n in range(380, 400)]
    assert sum(growth > 0 for growth in foreseen) <= 4
    assert grown([400 - 10 * n for n in range(20)]) == 0


@given(st.floats(0, 500), st.integers(1, 40))
def test_a_constant_load_does_not_grow(load, times):
    assert grown([load] * times) == 0


@given(st.floats(0, 300), st.floats(0, 300), st.floats(0, 300), st.floats(31, 400))
def test_more_load_never_means_fewer_whatever_was_before(before, one, other, later_s):
    options = BySessions(per_replica=4, lead_s=LEAD_S, max_step=500)
    state = ScalingState(trend=Trend(before, 0.0, before, 30.0))
    counts = [
        decide(options, 4, Bounds(0, 500), Observation(0, 0, load), state, 30 + later_s).replicas
        for load in sorted((one, other))
    ]
    assert counts[0] <= counts[1]


def test_the_reason_is_told():
    options = BySessions(per_replica=10, lead_s=LEAD_S, max_step=500)
    state, asked = ScalingState(), 10
    for second in range(0, 200, 10):
        seen = Observation(asked, 10, 100.0 + second)
        decision = decide(options, 10, Bounds(0, 500), seen, state, second)
        asked, state = decision.replicas, decision.state
    # 290 by now, one more each second: 240 more when what is asked for now is there.
    assert asked == 53 and decision.reason == "growth"
