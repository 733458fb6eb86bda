"""The server's figures beside the clients'."""

from load_tests.server import Scrape, checks
from tests.load_tests.made import turn, visit

BEFORE = Scrape({'avatar_turns_total{status="completed"}': 5.0, "avatar_sessions": 0.0})


def after(turns: float, seconds: float, **samples: float) -> Scrape:
    return Scrape(
        {
            'avatar_turns_total{status="completed"}': 5.0 + turns,
            "avatar_voice_to_voice_seconds_sum": seconds * turns,
            "avatar_voice_to_voice_seconds_count": turns,
            "avatar_sessions": 0.0,
            **samples,
        }
    )


def verdicts(server: Scrape, turns, visits=()):
    return {check.what: check for check in checks(BEFORE, server, list(turns), list(visits))}


def test_figures_that_agree():
    found = verdicts(after(50, 0.25), [turn(ms=330.0) for _ in range(50)])
    assert all(check.agree for check in found.values())
    assert found["voice to voice, mean ms"].server == 250.0


def test_a_server_that_does_not_see_what_its_users_wait_for():
    found = verdicts(after(50, 0.25), [turn(ms=2000.0) for _ in range(50)])
    assert not found["voice to voice, mean ms"].agree


def test_answers_that_never_arrived_are_noticed():
    found = verdicts(after(50, 0.25), [turn(ms=300.0) for _ in range(30)])
    assert not found["answers"].agree and found["answers"].client == 30


def test_refusals_and_sessions_left_behind():
    visits = [visit(i, None, None, outcome="rejected") for i in range(9)]
    server = after(0, 0, avatar_sessions=4.0, **{'avatar_refused_total{code="overloaded"}': 9.0})
    found = verdicts(server, [], visits)
    assert found["sessions refused"].agree
    assert not found["sessions still held after the run"].agree


def test_a_rise_is_of_counters_only():
    assert after(2, 1.0).rise(BEFORE) == {
        'avatar_turns_total{status="completed"}': 2.0,
        "avatar_voice_to_voice_seconds_sum": 2.0,
        "avatar_voice_to_voice_seconds_count": 2.0,
    }
