"""Every rival through every scenario."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from avatar_serving.scaling import ByQueueWait, BySessions
from avatar_serving.scaling.policy import Bounds
from scripts.autoscaling.demand import Arrival, Scenario, scenarios
from scripts.autoscaling.fleet import Hardware
from scripts.autoscaling.rivals import Fixed, Ours, RayDefault, Rival
from scripts.autoscaling.simulate import Outcome, Simulation

_MOST = 60
TALK = Hardware(places=8, replicas_a_node=4)
"""A quarter of a GPU a replica, eight people on it."""
MAKE = Hardware(places=1, replicas_a_node=2)
"""Half a GPU a replica, one avatar at a time."""
_LEAD_S = TALK.node_start_s + TALK.replica_start_s


@dataclass(frozen=True, slots=True)
class Result:
    scenario: Scenario
    rival: str
    outcome: Outcome


def compare(seed: int, scale: float = 1.0) -> Iterator[Result]:
    """The same people for every rival of a scenario."""
    for scenario in scenarios(scale):
        hardware = MAKE if scenario.name == "creations" else TALK
        arrivals = scenario.arrivals(seed)
        busiest, average = crowding(arrivals, scenario.length_s)
        most, mean = (math.ceil(n / hardware.places) for n in (busiest, average))
        began = math.ceil(at_once(arrivals, scenario.mean_hold_s) / hardware.places) + 1
        for name, rival in rivals(hardware, most, mean):
            first = rival.count if isinstance(rival, Fixed) else began
            simulation = Simulation(scenario, hardware, rival, first)
            yield Result(scenario, name, simulation.run(arrivals))


def rivals(hardware: Hardware, busiest: int, average: int) -> Iterator[tuple[str, Rival]]:
    bounds, places = Bounds(1, _MOST), hardware.places
    yield "fixed, for the busiest moment", Fixed(busiest)
    yield "fixed, for the average", Fixed(average)
    yield "Ray Serve's default", RayDefault(bounds)
    yield f"Ray Serve's, {places} a replica", RayDefault(bounds, places)
    for warm, lead_s in ((0, 0), (2 * places, 0), (2 * places, _LEAD_S), (6 * places, _LEAD_S)):
        options = BySessions(warm=warm, lead_s=lead_s, down_delay_s=300)
        ahead = f", lead {lead_s:.0f} s" if lead_s else ""
        yield f"`sessions`, warm {warm}{ahead}", Ours(options, places, bounds)
    waits = ByQueueWait(signal="queue_wait", wait_ms=2000, down_delay_s=300)
    yield "`queue_wait`, 2 s", Ours(waits, places, bounds)


def crowding(arrivals: list[Arrival], length_s: float) -> tuple[int, float]:
    """Most people at once, and people on average, if nobody ever waited."""
    moves = [(a.at_s, 1) for a in arrivals] + [(a.at_s + a.hold_s, -1) for a in arrivals]
    here = most = 0
    for _, step in sorted(moves):
        here += step
        most = max(most, here)
    return most, sum(min(a.hold_s, length_s - a.at_s) for a in arrivals) / length_s


def at_once(arrivals: list[Arrival], mean_hold_s: float) -> float:
    """People that are there soon after the beginning."""
    return float(sum(arrival.at_s < mean_hold_s for arrival in arrivals))
