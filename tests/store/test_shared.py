"""A store on PostgreSQL and S3: as in a folder, for many gateways."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from avatar_serving.errors import (
    NotFound,
    RateLimited,
    StageFailed,
    Unavailable,
    WrongState,
)
from avatar_serving.memory import Fact
from avatar_serving.storage import Storage, storage
from avatar_serving.store import Character, Store
from avatar_serving.store.s3 import S3Files
from avatar_serving.store.sessions import digest
from deployments.ports import free_port
from tests.store.packages import small_package


def test_an_avatar_is_seen_by_every_gateway(store: Store, place: Storage, tmp_path: Path) -> None:
    row = store.add_avatar(small_package(), Character(greeting="Hi!", rails={"topics": ["x"]}))
    other = Store(tmp_path / "elsewhere", storage=place)
    assert other.avatars() == [row] and other.avatar(row.id).rails == {"topics": ["x"]}
    assert other.package(row.id) == small_package() and other.thumbnail(row.id) == b"thumb"
    assert other.change_avatar(row.id, Character(name="Bea")).name == "Bea"
    store.memories().learn("ann", row.id, [Fact("home", "They live in Lisbon.")], "said")
    other.delete_avatar(row.id)
    assert store.avatars() == [] and store.memories().of("ann") == []
    with closing(S3Files(place)) as files:
        for call in (store.package, store.thumbnail, files.package):
            with pytest.raises((NotFound, StageFailed)):
                call(row.id)
    assert list(tmp_path.rglob("*.zip")) == list(tmp_path.rglob("*.db")) == []
    other.close()


def test_keys_and_sessions_are_shared(store: Store, place: Storage, tmp_path: Path) -> None:
    other = Store(tmp_path, storage=place)
    assert other.caller(store.create_key("laptop"))
    secret, _ = store.create_secret(60, {"model": "m"})
    redeemed = other.redeem_secret(secret)
    assert redeemed is not None and redeemed.session == {"model": "m"}
    assert store.redeem_secret(secret) is None
    one, two = store.sessions("one"), other.sessions("two")
    token, _ = one.open("sess_1", 60)
    assert one.write("sess_1", '{"a": 1}')
    claimed = two.claim(token)
    assert claimed.state == '{"a": 1}'
    assert two.write("sess_1", '{"a": 2}', held=digest(claimed.token))
    with pytest.raises(WrongState, match="used before"):
        one.claim(token)
    other.close()


def test_limits_of_keys_are_counted_together(store: Store, place: Storage, tmp_path: Path) -> None:
    other = Store(tmp_path, storage=place)
    both = store.quotas("one"), other.quotas("two")

    def succeeds(call: Callable[[], object]) -> bool:
        try:
            call()
        except RateLimited:
            return False
        return True

    takes = [partial(both[n % 2].take, "shop", "limits.x", 10, 3600) for n in range(24)]
    holds = [partial(both[n % 2].hold, "shop", f"sess_{n}", 5) for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(succeeds, takes)) == 10
        assert sum(pool.map(succeeds, holds)) == 5
    both[0].renew({"sess_0": "shop", "sess_100": "shop"})
    other.close()


def test_gateways_may_start_at_once(place: Storage, tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: Store(tmp_path, storage=place), range(6)))
    for opened in stores:
        assert opened.avatars() == []
        opened.close()


def test_a_database_of_a_later_version_is_left_alone(place: Storage, tmp_path: Path) -> None:
    from sqlalchemy import text

    opened = Store(tmp_path, storage=place)
    with opened._database.session() as session:
        session.execute(text("UPDATE meta SET value = '999'"))
    opened.close()
    with pytest.raises(StageFailed, match="newer") as caught:
        Store(tmp_path, storage=place)
    assert "secret" not in str(caught.value)


def test_an_orphan_of_a_crash_is_swept_once_it_is_old(bucket: Storage, monkeypatch: Any) -> None:
    files = S3Files(bucket)
    files.write("ab" * 16, b"package", b"thumbnail")
    files.write("cd" * 16, b"kept", b"kept")
    assert files.sweep({"cd" * 16}) == 0
    now = time.time() + 7200
    monkeypatch.setattr(time, "time", lambda: now)
    assert files.sweep({"cd" * 16}) == 2
    assert files.package("cd" * 16) == b"kept"
    with pytest.raises(StageFailed, match="lost"):
        files.package("ab" * 16)
    files.close()


def test_storage_that_is_not_there(s3: Storage, tmp_path: Path) -> None:
    nobody = s3.model_copy(update={"s3_endpoint": f"http://127.0.0.1:{free_port()}"})
    with closing(S3Files(nobody)) as files, pytest.raises(Unavailable) as caught:
        files.package("ab" * 16)
    assert caught.value.retryable and caught.value.retry_after_s > 0
    with pytest.raises(StageFailed, match="NoSuchBucket"):
        Store(tmp_path, storage=s3.model_copy(update={"s3_bucket": "nobodys"}))


def test_it_is_read_from_the_environment(monkeypatch: Any) -> None:
    assert storage() == Storage()
    monkeypatch.setenv("AVATAR_DATABASE_URL", "postgresql://u:hidden@h/d")
    monkeypatch.setenv("AVATAR_S3_BUCKET", "b")
    found = storage()
    assert found.s3_bucket == "b" and "hidden" not in repr(found)
