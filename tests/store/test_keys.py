from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from avatar_serving.errors import InvalidRequest
from avatar_serving.store import Store


class Clock:
    at = datetime(2026, 11, 21, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = Store(tmp_path, clock)
    yield opened
    opened.close()


def test_a_key_opens_until_it_is_revoked(store: Store) -> None:
    key, other = store.create_key("laptop"), store.create_key("phone")
    assert key.startswith("ak_")
    assert store.verify_key(key)
    assert [label for label, _ in store.keys()] == ["laptop", "phone"]
    assert store.revoke_key("laptop") == 1
    assert not store.verify_key(key)
    assert store.verify_key(other)
    assert store.revoke_key("laptop") == 0


def test_a_key_made_elsewhere_takes_the_place_of_the_one_before(store: Store) -> None:
    for key in ("ak_first\n", "ak_second", "ak_second"):
        store.adopt_key("chart", key)
    assert store.verify_key("ak_second") and not store.verify_key("ak_first")
    assert len(store.keys()) == 1


@pytest.mark.parametrize("key", ["", "ak_", "ak_wrong", "\ud800", "x" * 10_000])
def test_other_keys_do_not_open(store: Store, key: str) -> None:
    store.create_key("laptop")
    assert not store.verify_key(key)
    assert store.redeem_secret(key) is None


def test_keys_cannot_be_read_from_the_files(store: Store, tmp_path: Path) -> None:
    key = store.create_key("laptop")
    secret, _ = store.create_secret(60, {})
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"laptop" in kept
    assert key.encode() not in kept
    assert secret.encode() not in kept


def test_a_secret_opens_one_session(store: Store, clock: Clock) -> None:
    session = {"instructions": "Be brief.", "avatar": {"id": "0" * 32}}
    secret, expires_at = store.create_secret(600, session)
    assert secret.startswith("ek_")
    assert expires_at == int((clock.at + timedelta(seconds=600)).timestamp())
    assert not store.verify_key(secret)
    assert store.redeem_secret(secret) == session
    assert store.redeem_secret(secret) is None


def test_an_api_key_is_no_secret(store: Store) -> None:
    key = store.create_key("laptop")
    assert store.redeem_secret(key) is None
    assert store.verify_key(key)


@pytest.mark.parametrize(("waited_s", "opens"), [(9.9, True), (10, False), (7200, False)])
def test_a_secret_expires(store: Store, clock: Clock, waited_s: float, opens: bool) -> None:
    secret, _ = store.create_secret(10, {"model": "m"})
    key = store.create_key("laptop")
    clock.at += timedelta(seconds=waited_s)
    assert (store.redeem_secret(secret) is not None) == opens
    assert store.verify_key(key)


@pytest.mark.parametrize("seconds", [-1, 0, 9, 7201])
def test_lifetimes_have_bounds(store: Store, seconds: int) -> None:
    with pytest.raises(InvalidRequest, match="10 to 7200"):
        store.create_secret(seconds, {})


def test_of_many_who_use_a_secret_one_gets_in(store: Store) -> None:
    secret, _ = store.create_secret(60, {"model": "m"})
    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(lambda _: store.redeem_secret(secret), range(12)))
    assert [session for session in got if session is not None] == [{"model": "m"}]
