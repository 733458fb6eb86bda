"""Where it breaks, what a session costs, and the arithmetic from there."""

import pytest

from load_tests.capacity import Length
from load_tests.capacity_results import Capacity, Level, MachineSaid, Setup
from load_tests.law import Cost, fit, replicas, staffed
from load_tests.levels import best, next_level
from scripts import capacity as page


def search(breaks_at: int, first: int, most: int) -> dict[int, bool]:
    held: dict[int, bool] = {}
    while (sessions := next_level(held, first, most)) is not None:
        assert sessions not in held and 1 <= sessions <= most
        held[sessions] = sessions < breaks_at
    return held


@pytest.mark.parametrize(
    ("breaks_at", "found"), [(108, (97, 107)), (21, (20, 20)), (400, (160, 160))]
)
def test_the_break_point_is_found_within_a_tenth(breaks_at, found):
    held = search(breaks_at, first=20, most=160)
    assert found[0] <= best(held) <= found[1] and len(held) <= 8


def test_a_service_that_never_holds_is_tried_with_fewer():
    held = search(breaks_at=3, first=16, most=32)
    assert best(held) == 2 and min(held) <= 3
    assert best(search(breaks_at=1, first=4, most=8)) == 0


def test_what_broke_once_is_not_believed_with_more():
    assert best({20: True, 40: False, 80: True}) == 20


def test_a_law_is_found_from_what_was_measured():
    costs = [Cost(n, r, 0.05 * r + 0.008 * n) for n, r in ((20, 1), (40, 1), (80, 1), (80, 2))]
    law = fit(costs)
    assert law is not None and law.error < 1e-6
    assert (law.fixed_cores, law.session_cores) == pytest.approx((0.05, 0.008))
    assert law.sessions_of_a_core() == 118 and law.sessions_of_a_core(0.7) == 81
    assert law.cores(1000, 13) == pytest.approx(8.65)
    assert fit(costs[:1]) is None


def test_nothing_costs_less_than_nothing():
    law = fit([Cost(20, 1, 0.1), Cost(40, 1, 0.3)])
    assert law is not None and law.fixed_cores == 0 and law.session_cores > 0


def test_fleets():
    assert replicas(1000, 80) == 14, "one may be lost"
    assert [staffed(load) for load in (0, 1, 100, 10_000)] == [0, 3, 120, 10_200]


def test_few_sessions_are_measured_for_longer():
    length = Length(seconds=60, turns=40)
    assert [length.of(sessions) for sessions in (1, 2, 20)] == [400, 200, 60]


def level(sessions: int, held: bool, cores: float, count: int = 1) -> Level:
    return Level(
        sessions=sessions, replicas=count, goodput=1.0 if held else 0.5, held=held, turns=100,
        missed={}, voice_to_voice_p50_ms=300, voice_to_voice_p95_ms=400, gateway_cores=cores,
        service_cores=cores, generator_cores=0.5, sender_late_p99_ms=1.0,
        turns_per_session_s=0.2, stage_s_a_turn={"llm": 0.1},
    )  # fmt: skip


def test_levels_that_broke_are_no_part_of_the_law():
    levels = (level(20, True, 0.2), level(40, True, 0.4), level(80, False, 0.5))
    setup = Setup(name="a", about="", goodput=0.95, voice_to_voice_ms=800, levels=levels)
    law = setup.law()
    assert setup.most() == 40 and setup.most(replicas=2) == 0
    assert law is not None and law.session_cores == pytest.approx(0.01)


def setup(name: str) -> Setup:
    levels = tuple(level(n, n < 100, 0.02 + 0.009 * n) for n in (20, 40, 80, 100))
    return Setup(name=name, about="", goodput=0.95, voice_to_voice_ms=800, levels=levels)


def test_the_page_is_filled_and_can_be_filled_again():
    machine = MachineSaid(processor="a machine", cores=2, memory_gb=8)
    found = Capacity(machine=machine, setups=(setup("gateway"), setup("models")))
    text = page.written(page.PAGE.read_text(), found)
    assert "**80** with 1 gateway." in text and "not measured" not in text.lower()[:3000]
    assert "0.020 x gateways + 0.0090 x sessions" in text
    assert "| 1,000 | 15 | 9 | 0.54 Gbit/s | 0.30 Gbit/s |" in text
    assert "| 100,000 | 1,335 | 927 | 54.00 Gbit/s | 30.00 Gbit/s |" in text
    assert "| 1,000 | 14 |" in text and "| llm | 0.10 s | 20 -> 29 |" in text
    assert page.written(text, found) == text


def test_what_was_not_measured_is_left_as_it_is():
    machine = MachineSaid(processor="a machine", cores=2, memory_gb=8)
    before = page.PAGE.read_text()
    text = page.written(before, Capacity(machine=machine, setups=(setup("gateway"),)))
    part = "## Real models on this machine"
    assert (
        text.partition(part)[2].partition("<!-- begin fleet")[0]
        == (before.partition(part)[2].partition("<!-- begin fleet")[0])
    )
