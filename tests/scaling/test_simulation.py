"""The simulation: short, seeded, and with what must hold whatever the figures are."""

from itertools import groupby

import pytest

from avatar_serving.scaling.policy import Bounds
from scripts.autoscaling import page
from scripts.autoscaling.compare import MAKE, TALK, compare, crowding
from scripts.autoscaling.demand import Arrival, Scenario
from scripts.autoscaling.fleet import Fleet
from scripts.autoscaling.rivals import Fixed, RayDefault
from scripts.autoscaling.simulate import Simulation

SHORT = 0.02


@pytest.fixture(scope="module")
def results():
    return list(compare(seed=1, scale=SHORT))


def test_the_same_seed_gives_the_same_day(results):
    again = list(compare(seed=1, scale=SHORT))
    assert [r.outcome for r in again] == [r.outcome for r in results]
    other = list(compare(seed=2, scale=SHORT))
    assert [r.outcome for r in other] != [r.outcome for r in results]


def test_everybody_has_a_place_waits_or_is_refused(results):
    for scenario, same in groupby(results, key=lambda result: result.scenario):
        arrivals = len(scenario.arrivals(1))
        for result in same:
            told = len(result.outcome.waits_s) + result.outcome.refused
            assert 0 <= arrivals - told <= result.outcome.demand[-1] + 40, result.rival
            assert max(result.outcome.waits_s) <= scenario.patience_s


def test_a_fleet_for_the_busiest_moment_refuses_nobody(results):
    for result in results:
        if "busiest" in result.rival:
            assert result.outcome.refused == 0 and result.outcome.changes == 0


def test_a_buffer_costs_and_spares_refusals(results):
    talk = {r.rival: r.outcome for r in results if r.scenario.name == "flash crowd"}
    bare, warm = talk["`sessions`, warm 0"], talk["`sessions`, warm 16"]
    assert warm.refused <= bare.refused and warm.gpu_hours >= bare.gpu_hours


def test_a_node_takes_its_time():
    fleet = Fleet(TALK)
    fleet.ask(5, 0)  # four on the first node, one on a second
    assert len(fleet.nodes) == 2 and fleet.gpus() == 2
    ready_s = TALK.node_start_s + TALK.replica_start_s
    assert fleet.seat(ready_s - 1) is None
    seated = fleet.seat(ready_s)
    fleet.ask(1, ready_s)
    assert fleet.asked == 1 and seated in fleet.running(ready_s)  # the one that is in use stays
    fleet.ask(1, ready_s + TALK.node_idle_s)
    assert len(fleet.nodes) == 1


def test_one_that_leaves_ends_first_what_it_holds():
    fleet = Fleet(MAKE)
    fleet.ask(2, -1000)
    one, other = fleet.seat(0), fleet.seat(0)
    fleet.ask(1, 0)
    assert len(fleet.replicas) == 2 and fleet.asked == 1
    leaving = one if one.leaving else other
    fleet.leave(leaving, 10)
    assert len(fleet.replicas) == 1


def test_the_impatient_are_refused():
    scenario = Scenario("queue", "", 100, lambda at_s: 1, 1, 10, patience_s=15)
    people = [Arrival(0, 40), Arrival(1, 5), Arrival(30, 5)]
    assert crowding(people, 100) == (2, 0.5)
    outcome = Simulation(scenario, MAKE, Fixed(1), 1).run(people)
    assert outcome.refused == 1 and outcome.waits_s == [0, 10]


def test_rays_own_policy_is_asked_with_its_delays():
    from avatar_serving.scaling.observation import Observation

    ray = RayDefault(Bounds(1, 9))
    counts = [ray.replicas(Observation(1, 1, 8), second) for second in range(0, 60, 10)]
    assert counts == [1, 1, 1, 4, 1, 1]  # thirty seconds; asked stays one here, so it waits again


def test_the_table(results):
    rows = page.tables(results).splitlines()
    assert sum(row.startswith("| `sessions`") for row in rows) == 12
    assert all(row.count("|") == 7 for row in rows if row.startswith("|"))
