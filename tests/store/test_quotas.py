"""What keys use up, counted by two gateways of one store, on a clock of the test's own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from avatar_serving.errors import RateLimited
from avatar_serving.store import Store
from avatar_serving.store.quotas import LEASE_S, Quotas
from tests.store.clock import Clock

OPTION = "limits.key_requests"


@pytest.fixture
def gateways(tmp_path: Path, clock: Clock) -> Iterator[tuple[Quotas, Quotas]]:
    stores = [Store(tmp_path, clock) for _ in range(2)]
    yield stores[0].quotas("one"), stores[1].quotas("two")
    for store in stores:
        store.close()


def refused(quotas: Quotas, label: str = "shop", size: int = 60) -> float:
    """After how many seconds the key may come back."""
    with pytest.raises(RateLimited) as caught:
        quotas.take(label, OPTION, size, 60)
    return caught.value.retry_after_s


def test_two_gateways_give_what_one_may(gateways: tuple[Quotas, Quotas], clock: Clock) -> None:
    left = [gateways[n % 2].take("shop", OPTION, 60, 60).remaining for n in range(60)]
    assert left == list(range(59, -1, -1))
    assert refused(gateways[0]) == pytest.approx(1) == refused(gateways[1])
    assert gateways[0].take("phone", OPTION, 60, 60).remaining == 59, "another key's are its own"
    clock.passes(1)
    assert gateways[1].take("shop", OPTION, 60, 60).reset_s == pytest.approx(60)
    refused(gateways[0])
    clock.passes(3600)
    assert gateways[0].take("shop", OPTION, 60, 60).remaining == 59


def test_of_many_at_once_as_many_succeed_as_there_are(gateways: tuple[Quotas, Quotas]) -> None:
    def take(number: int) -> bool:
        try:
            gateways[number % 2].take("shop", OPTION, 10, 60)
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(40))) == 10


def test_sessions_count_at_both(gateways: tuple[Quotas, Quotas]) -> None:
    one, two = gateways
    one.hold("shop", "sess_1", 2)
    two.hold("shop", "sess_2", 2)
    two.hold("phone", "sess_3", 2)
    with pytest.raises(RateLimited, match=r"limits\.key_sessions"):
        one.hold("shop", "sess_4", 2)
    two.release("sess_2")
    one.hold("shop", "sess_4", 2)


def test_of_many_sessions_at_once_no_more_begin_than_may(gateways: tuple[Quotas, Quotas]) -> None:
    def hold(number: int) -> bool:
        try:
            gateways[number % 2].hold("shop", f"sess_{number}", 5)
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(hold, range(24))) == 5


def test_a_session_that_moves_counts_once(gateways: tuple[Quotas, Quotas]) -> None:
    one, two = gateways
    one.hold("shop", "sess_1", 1)
    two.hold("shop", "sess_1", 1)
    one.release("sess_1")
    with pytest.raises(RateLimited):
        one.hold("shop", "sess_2", 1)
    two.release("sess_1")
    one.hold("shop", "sess_2", 1)


def test_what_a_dead_gateway_held_lapses(gateways: tuple[Quotas, Quotas], clock: Clock) -> None:
    one, two = gateways
    one.hold("shop", "sess_1", 2)
    two.hold("shop", "sess_2", 2)
    for _ in range(3):
        clock.passes(LEASE_S / 2)
        two.renew({"sess_2": "shop"})
    one.hold("shop", "sess_3", 2)
    with pytest.raises(RateLimited):
        one.hold("shop", "sess_4", 2)


def test_a_gateway_without_a_database_for_a_while_is_counted_again(
    gateways: tuple[Quotas, Quotas], clock: Clock
) -> None:
    one, two = gateways
    one.hold("shop", "sess_1", 1)
    clock.passes(2 * LEASE_S)
    two.hold("shop", "sess_2", 1)
    one.renew({"sess_1": "shop"})
    two.release("sess_2")
    with pytest.raises(RateLimited):
        two.hold("shop", "sess_3", 1)
