from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.session.ledger import PlaybackLedger

EVENTS = st.lists(
    st.tuples(
        st.floats(0, 2),
        st.sampled_from(["generated", "sent", "acknowledge", "look", "stop"]),
        st.integers(-50, 2000),
    ),
    max_size=30,
)


@given(EVENTS)
def test_nobody_hears_more_than_was_sent(events: list[tuple[float, str, int]]) -> None:
    ledger, now_s, told = PlaybackLedger(), 0.0, 0
    generated = sent = 0
    for wait_s, kind, ms in events:
        now_s += wait_s
        match kind:
            case "generated":
                ledger.generated(ms)
            case "sent":
                ledger.sent(ms, now_s)
            case "acknowledge":
                ledger.acknowledge(ms, now_s)
                told = max(told, min(ms, ledger.sent_ms))
            case "stop":
                ledger.stop(now_s)
            case _:
                pass
        assert 0 <= ledger.heard_ms(now_s) <= ledger.sent_ms
        assert ledger.heard_ms(now_s) <= ledger.heard_ms(now_s + 1)
        assert ledger.generated_ms >= generated
        assert ledger.sent_ms >= sent
        generated, sent = ledger.generated_ms, ledger.sent_ms


@given(EVENTS, st.floats(0, 5))
def test_nothing_changes_after_the_stop(
    events: list[tuple[float, str, int]], stopped_s: float
) -> None:
    ledger = PlaybackLedger()
    ledger.sent(3000, 0.0)
    ledger.stop(stopped_s)
    heard = ledger.heard_ms(stopped_s)
    assert heard == min(3000, int(stopped_s * 1000))
    for wait_s, kind, ms in events:
        arguments: tuple[Any, ...] = (ms, stopped_s + wait_s)
        if kind in ("sent", "acknowledge"):
            getattr(ledger, kind)(*arguments)
        assert ledger.heard_ms(stopped_s + wait_s + 9) == heard


def test_a_silent_client_is_heard_by_the_clock() -> None:
    ledger = PlaybackLedger()
    assert ledger.heard_ms(100.0) == 0
    ledger.sent(400, 1.0)
    assert ledger.heard_ms(1.25) == 250
    assert ledger.heard_ms(9.0) == 400


def test_the_clock_stalls_while_there_is_nothing_to_play() -> None:
    ledger = PlaybackLedger()
    ledger.sent(400, 1.0)
    ledger.sent(400, 3.0)
    assert ledger.heard_ms(3.1) == pytest.approx(500, abs=1)


def test_a_client_that_buffers_is_believed() -> None:
    ledger = PlaybackLedger()
    ledger.sent(2000, 0.0)
    assert ledger.heard_ms(0.5) == 500
    ledger.acknowledge(200, 0.5)
    assert ledger.heard_ms(0.5) == 200
    assert ledger.heard_ms(0.6) == pytest.approx(300, abs=1)
    ledger.acknowledge(100, 0.6)
    assert ledger.heard_ms(0.6) == 200


def test_a_client_cannot_have_played_what_was_not_sent() -> None:
    ledger = PlaybackLedger()
    ledger.acknowledge(900, 0.0)
    assert ledger.heard_ms(5.0) == 0
    ledger.sent(300, 1.0)
    ledger.acknowledge(900, 1.1)
    assert ledger.heard_ms(1.1) == 300


def test_time_that_goes_back_is_not_followed() -> None:
    ledger = PlaybackLedger()
    ledger.sent(1000, 5.0)
    ledger.sent(1000, 4.0)
    assert ledger.heard_ms(4.0) == 0
    assert ledger.heard_ms(5.5) == 500
