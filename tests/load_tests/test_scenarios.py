"""Who comes when: pure schedules, and their dispatch on virtual time."""

import asyncio
from statistics import mean

import pytest

from load_tests.driver import dispatch
from load_tests.plan import Visit, shares
from load_tests.scenarios import LINKS, SCENARIOS, Shape
from tests.virtual_time import on_virtual_time

SHAPE = Shape(sessions=40, seconds=100, seed=7)


def most_live(visits: tuple[Visit, ...]) -> int:
    talking = [v for v in visits if not v.creates]
    return max(sum(v.at_s <= at.at_s < v.until_s for v in talking) for at in talking)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_the_same_seed_brings_the_same_users_in_order_and_in_time(scenario):
    visits = scenario.visits(SHAPE)
    assert visits == scenario.visits(SHAPE)
    assert visits != scenario.visits(Shape(40, 100, seed=8))
    assert [v.index for v in visits] == list(range(len(visits)))
    assert [v.at_s for v in visits] == sorted(v.at_s for v in visits)
    assert all(0 <= v.at_s <= v.until_s <= SHAPE.seconds for v in visits)


def test_steady_users_are_all_there_after_a_fifth():
    visits = SCENARIOS["steady"].visits(SHAPE)
    assert len(visits) == 40 and max(v.at_s for v in visits) <= 20
    assert {v.until_s for v in visits} == {100}


def test_a_ramp_is_even():
    times = [v.at_s for v in SCENARIOS["ramp"].visits(SHAPE)]
    assert all(i * 2.25 <= at_s <= (i + 1) * 2.25 for i, at_s in enumerate(times))


def test_churn_is_poisson_and_holds_about_as_many_as_asked():
    long = Shape(sessions=40, seconds=3000, seed=3)
    visits = SCENARIOS["churn"].visits(long)
    gaps = [b.at_s - a.at_s for a, b in zip(visits, visits[1:], strict=False)]
    assert mean(gaps) == pytest.approx(1000 / 40, rel=0.3)
    spread = mean((gap / mean(gaps) - 1) ** 2 for gap in gaps)
    assert 0.5 < spread < 1.7, "exponential gaps have a variation of 1"
    middle = [v for v in visits if v.at_s <= 1500 < v.until_s]
    assert 20 <= len(middle) <= 60


def test_a_crowd_comes_within_two_seconds():
    visits = SCENARIOS["flash-crowd"].visits(SHAPE)
    crowd = [v for v in visits if 100 / 3 <= v.at_s <= 100 / 3 + 2]
    assert len(crowd) == 32 and most_live(visits) == 40


def test_languages_and_links_take_turns():
    visits = SCENARIOS["languages"].visits(SHAPE)
    assert [v.language for v in visits[:4]] == ["en", "zh", "en", "zh"]
    slow = SCENARIOS["slow-networks"].visits(SHAPE)
    assert tuple(v.link for v in slow[: len(LINKS)]) == LINKS


def test_avatars_are_made_beside_the_talk():
    visits = SCENARIOS["creation-burst"].visits(SHAPE)
    making = [v for v in visits if v.creates]
    assert 8 <= len(making) <= 35 and len(visits) - len(making) == 40


def test_processes_share_every_time_of_the_run():
    visits = SCENARIOS["ramp"].visits(SHAPE)
    parts = shares(visits, 3)
    assert sorted(v.index for part in parts for v in part) == list(range(40))
    assert {len(part) for part in parts} == {13, 14}
    assert all(part[0].at_s < 10 and part[-1].at_s > 80 for part in parts)


def test_users_come_when_they_come_however_slow_the_service_is():
    visits = [Visit(i, at_s=i * 2.0, until_s=60, seed=i) for i in range(5)]
    came: dict[int, float] = {}

    async def slow(visit: Visit) -> None:
        came[visit.index] = asyncio.get_running_loop().time()
        await asyncio.sleep(1000)

    async def whole() -> float:
        await dispatch(visits, begin_s=10.0, visit=slow)
        return asyncio.get_running_loop().time()

    ended_s = on_virtual_time(whole())
    assert came == pytest.approx({i: 10.0 + 2 * i for i in range(5)})
    assert ended_s == pytest.approx(1018)
