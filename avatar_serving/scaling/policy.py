"""From what is seen to a number of replicas: (options, bounds, seen, state, now) -> decision.

Without clock, thread or Ray, so that the simulation runs the same code as the cluster.

Load says how many replicas hold it; pressure, what users feel, has the last word:

- signal ``sessions``: as many as the load, its growth and its warm buffer need;
- the others: more while pressure is over 1, fewer only while it is under a half and the load fits.
  A load per replica that was once too much is remembered for an hour and not tried again.

A wish must last (``up_delay_s``, ``down_delay_s``); the least that was wished for is done.
"""

import math
from dataclasses import dataclass, replace

from avatar_serving.scaling import BySessions, Scaling
from avatar_serving.scaling.observation import Observation
from avatar_serving.scaling.trend import Trend

_CALM = 0.5
"""Pressure under which replicas may be taken away."""
_MARGIN = 0.9
"""Part of a load per replica known to be too much that is dared again."""
_REMEMBERED_S = 3600.0
_EPSILON = 1e-6
"""Places held are counted in halves and quarters of averages; no replica for a rounding error."""


@dataclass(frozen=True, slots=True)
class Bounds:
    least: int
    most: int

    def clamp(self, replicas: int) -> int:
        return min(max(replicas, self.least), self.most)


@dataclass(frozen=True, slots=True)
class ScalingState:
    """What a policy remembers from one decision to the next."""

    direction: int = 0
    """1: more replicas are wished for, -1: fewer, 0: neither."""
    since_s: float = 0.0
    wished: int = 0
    """The smallest change wished for since then, as a number of replicas."""
    strain: float = math.inf
    """Least load per replica under which pressure was over 1."""
    strained_s: float = -math.inf
    """When that was last so."""
    trend: Trend = Trend()


@dataclass(frozen=True, slots=True)
class Decision:
    replicas: int
    reason: str
    """``load``, ``growth``, ``pressure``, ``calm``, ``starting``, ``enough``, or ``lasting``: the
    wish for another number has not lasted long enough."""
    state: ScalingState


def decide(
    options: Scaling,
    per_replica: float,
    bounds: Bounds,
    seen: Observation,
    state: ScalingState,
    now_s: float,
) -> Decision:
    """How many replicas to ask for now. *per_replica* stands in for the option left open."""
    room = options.per_replica or per_replica
    state = _remember(options, seen, state, now_s)
    if isinstance(options, BySessions):
        wished, reason = _ahead(options, room, seen, state.trend, now_s)
        trend = state.trend.follow(seen.load, now_s, options.lead_s)
        state = replace(state, trend=trend)
    else:
        wished, reason = _wish(options, room, seen, state)
    return _patient(options, bounds.clamp(wished), reason, seen, state, now_s)


def fitting(load: float, warm: float, per_replica: float) -> int:
    """Replicas that hold a load and its warm buffer."""
    return math.ceil((load + warm) / per_replica - _EPSILON)


def _remember(
    options: Scaling, seen: Observation, state: ScalingState, now_s: float
) -> ScalingState:
    if now_s - state.strained_s > _REMEMBERED_S:
        state = replace(state, strain=math.inf)
    if options.pressure(seen) <= 1 or seen.running == 0 or seen.load < _EPSILON:
        return state
    strain = min(state.strain, seen.load / seen.running)
    return replace(state, strain=strain, strained_s=now_s)


def _ahead(
    options: BySessions, room: float, seen: Observation, trend: Trend, now_s: float
) -> tuple[int, str]:
    growth = trend.growth(seen.load, now_s, options.lead_s)
    return fitting(seen.load + growth, options.warm, room), "growth" if growth else "load"


def _wish(options: Scaling, room: float, seen: Observation, state: ScalingState) -> tuple[int, str]:
    needed = fitting(seen.load, options.warm, room)
    if seen.asked == 0:
        return needed, "load"
    pressure = options.pressure(seen)
    if pressure > 1 and seen.running < seen.asked:
        return max(seen.asked, needed), "starting"
    if pressure > 1:
        more = math.ceil(seen.asked * min(pressure - 1, 1.0))
        return max(seen.asked + more, needed), "pressure"
    if pressure > _CALM:
        return seen.asked, "enough"
    dared = fitting(seen.load, options.warm, min(room, _MARGIN * state.strain))
    return min(seen.asked, dared), "calm"


def _patient(
    options: Scaling,
    wished: int,
    reason: str,
    seen: Observation,
    state: ScalingState,
    now_s: float,
) -> Decision:
    direction = (wished > seen.asked) - (wished < seen.asked)
    if direction == 0:
        return Decision(seen.asked, "enough", replace(state, direction=0))
    if direction == state.direction:
        wished = min(wished, state.wished) if direction > 0 else max(wished, state.wished)
        state = replace(state, wished=wished)
    else:
        state = replace(state, direction=direction, since_s=now_s, wished=wished)
    delay_s = options.up_delay_s if direction > 0 else options.down_delay_s
    first = seen.asked == 0  # somebody waits for a replica, and there is none
    if now_s - state.since_s + _EPSILON < delay_s and not first:
        return Decision(seen.asked, "lasting", state)
    step = max(-options.max_step, min(options.max_step, wished - seen.asked))
    return Decision(seen.asked + step, reason, replace(state, direction=0))
