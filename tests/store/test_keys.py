from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.store import SCOPES, Caller, Scope, Store
from tests.store.clock import Clock


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = Store(tmp_path, clock)
    yield opened
    opened.close()


def test_a_key_opens_until_it_is_revoked(store: Store) -> None:
    key, other = store.create_key("laptop"), store.create_key("phone")
    assert key.startswith("ak_")
    assert store.caller(key)
    assert [row.label for row in store.keys()] == ["laptop", "phone"]
    assert store.revoke_key("laptop") == 1
    assert not store.caller(key)
    assert store.caller(other)
    assert store.revoke_key("laptop") == 0


def test_a_key_made_elsewhere_takes_the_place_of_the_one_before(store: Store) -> None:
    first, second = "ak_first" + "1" * 20, "ak_second" + "2" * 20
    for key in (first + "\n", second, second):
        store.adopt_key("chart", key)
    assert store.caller(second) and not store.caller(first)
    assert len(store.keys()) == 1
    with pytest.raises(InvalidRequest, match="fewer than 24"):
        store.adopt_key("chart", "letmein")
    assert store.caller(second)


@pytest.mark.parametrize("key", ["", "ak_", "ak_wrong", "\ud800", "x" * 10_000])
def test_other_keys_do_not_open(store: Store, key: str) -> None:
    store.create_key("laptop")
    assert not store.caller(key)
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
    assert not store.caller(secret)
    redeemed = store.redeem_secret(secret)
    assert redeemed is not None and redeemed.session == session
    assert store.redeem_secret(secret) is None


def test_an_api_key_is_no_secret(store: Store) -> None:
    key = store.create_key("laptop")
    assert store.redeem_secret(key) is None
    assert store.caller(key)


@pytest.mark.parametrize(("waited_s", "opens"), [(9.9, True), (10, False), (7200, False)])
def test_a_secret_expires(store: Store, clock: Clock, waited_s: float, opens: bool) -> None:
    secret, _ = store.create_secret(10, {"model": "m"})
    key = store.create_key("laptop")
    clock.at += timedelta(seconds=waited_s)
    assert (store.redeem_secret(secret) is not None) == opens
    assert store.caller(key)


@pytest.mark.parametrize("seconds", [-1, 0, 9, 7201])
def test_lifetimes_have_bounds(store: Store, seconds: int) -> None:
    with pytest.raises(InvalidRequest, match="10 to 7200"):
        store.create_secret(seconds, {})


def test_of_many_who_use_a_secret_one_gets_in(store: Store) -> None:
    secret, _ = store.create_secret(60, {"model": "m"})
    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(lambda _: store.redeem_secret(secret), range(12)))
    assert [redeemed.session for redeemed in got if redeemed is not None] == [{"model": "m"}]


def test_a_key_may_do_what_it_was_made_for(store: Store) -> None:
    key = store.create_key("shop", ("read", "talk"), owner="shop.example")
    assert store.caller(key) == Caller("shop", "shop.example", frozenset({"read", "talk"}))
    everything = store.caller(store.create_key("admin"))
    assert everything is not None and everything.scopes == frozenset(SCOPES)


def test_scopes_and_owners_that_cannot_be_are_refused(store: Store) -> None:
    none: tuple[Scope, ...] = ()
    for scopes in (none, cast(tuple[Scope, ...], ("talk", "fly"))):
        with pytest.raises(InvalidRequest, match="scopes"):
            store.create_key("x", scopes)
    with pytest.raises(InvalidRequest, match="owner"):
        store.create_key("x", owner="a\x1fb")
    assert store.keys() == []


def test_a_key_of_a_lifetime_ends(store: Store, clock: Clock) -> None:
    key = store.create_key("laptop", lifetime=timedelta(days=1))
    clock.at += timedelta(hours=23)
    assert store.caller(key) and len(store.keys()) == 1
    clock.at += timedelta(hours=1)
    assert not store.caller(key) and store.keys() == []


def test_rotated_keys_overlap(store: Store, clock: Clock) -> None:
    old = store.create_key("shop", ("talk",), owner="shop")
    clock.at += timedelta(days=1)
    new = store.rotate_key("shop", timedelta(hours=2))
    assert store.caller(old) == store.caller(new) == Caller("shop", "shop", frozenset({"talk"}))
    clock.at += timedelta(hours=1)
    newest = store.rotate_key("shop", timedelta(hours=12))
    clock.at += timedelta(hours=1)
    assert not store.caller(old), "a second rotation does not prolong the first"
    assert store.caller(new) and store.caller(newest)
    clock.at += timedelta(hours=11)
    assert not store.caller(new) and store.caller(newest)
    with pytest.raises(NotFound):
        store.rotate_key("nobody", timedelta(0))


def test_the_last_use_is_noted_to_the_minute(store: Store, clock: Clock) -> None:
    key = store.create_key("laptop")
    assert store.keys()[0].used_at is None
    first = clock.at
    for seconds in (0, 59, 60):
        clock.at = first + timedelta(seconds=seconds)
        assert store.caller(key)
        used = store.keys()[0].used_at
        assert used == (first if seconds < 60 else clock.at).replace(tzinfo=None)


def test_a_secret_is_its_makers_and_less(store: Store) -> None:
    maker = store.caller(store.create_key("shop", owner="shop"))
    assert maker is not None
    secret, _ = store.create_secret(60, {}, maker)
    redeemed = store.redeem_secret(secret)
    assert redeemed is not None
    assert redeemed.caller == Caller("shop", "shop", frozenset({"talk"}))


def test_revoking_a_key_takes_back_its_secrets(store: Store) -> None:
    maker = store.caller(store.create_key("shop"))
    assert maker is not None
    secret, _ = store.create_secret(60, {}, maker)
    other, _ = store.create_secret(60, {}, Caller("other"))
    assert store.revoke_key("shop") == 1
    assert store.redeem_secret(secret) is None
    assert store.redeem_secret(other) is not None
