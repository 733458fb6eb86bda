import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from avatar_serving.errors import NotFound, PackageInvalid, StageFailed
from avatar_serving.store import Caller, Character, Store
from avatar_serving.store.files import AvatarFiles
from avatar_serving.store.tables import SCHEMA_VERSION
from tests.store.packages import small_package

HOSTILE = ["", "..", "../avatars", "../../etc/passwd", "a/b", "A" * 32, "0" * 31, "0" * 33,
           "0" * 32 + "\n", "%2e%2e", "\0", "'; DROP TABLE avatars; --", "\ud800"]  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, Clock())
    yield opened
    opened.close()


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in (folder / "avatars").iterdir())


def test_an_avatar_is_kept_as_it_was_given(store: Store) -> None:
    data = small_package(classes=("commercial", "unknown"))
    row = store.add_avatar(data)
    assert (row.name, row.voice, row.description, row.engine) == (
        "Ada", "af_heart", "A woman.", "portrait",
    )  # fmt: skip
    assert row.licence_class == "unknown"
    assert row.consented_at == "2026-11-01T12:00:00+00:00"
    assert row.size == len(data)
    assert store.avatar(row.id) == row
    assert store.package(row.id) == data
    assert store.thumbnail(row.id) == b"thumb"


def test_what_the_list_shows_has_the_fields_of_the_protocol(store: Store) -> None:
    public = store.add_avatar(small_package()).public()
    assert {"id", "object", "name", "created_at", "description", "voice", "persona", "size",
            "engine"} <= set(public)  # fmt: skip
    assert public["object"] == "avatar"


def test_the_strictest_licence_counts(store: Store) -> None:
    classes = ("commercial", "non-commercial", "unknown")
    assert store.add_avatar(small_package(classes=classes)).licence_class == "non-commercial"
    assert store.add_avatar(small_package(classes=())).licence_class == "unknown"


def test_one_picture_may_become_several_avatars(store: Store) -> None:
    first, second = (store.add_avatar(small_package()) for _ in range(2))
    assert first.id != second.id
    store.delete_avatar(first.id)
    assert store.package(second.id) == small_package()


def test_the_newest_is_first(store: Store) -> None:
    ids = [store.add_avatar(small_package(name)).id for name in "abc"]
    assert [row.id for row in store.avatars()] == ids[::-1]


def test_deleting_leaves_nothing(store: Store, tmp_path: Path) -> None:
    row = store.add_avatar(small_package("Grace"))
    kept = store.add_avatar(small_package("Ada"))
    store.delete_avatar(row.id)
    assert [r.id for r in store.avatars()] == [kept.id]
    assert files(tmp_path) == [".webp", ".zip"]
    for call in (store.avatar, store.package, store.thumbnail, store.delete_avatar):
        with pytest.raises(NotFound):
            call(row.id)
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"I am Grace" not in left
    assert b"I am Ada" in left


@pytest.mark.parametrize("avatar_id", HOSTILE)
def test_made_up_ids_are_not_found(store: Store, tmp_path: Path, avatar_id: str) -> None:
    (tmp_path / "secret.zip").write_bytes(b"secret")
    store.add_avatar(small_package())
    for call in (store.avatar, store.package, store.thumbnail, store.delete_avatar):
        with pytest.raises(NotFound):
            call(avatar_id)
    with pytest.raises(NotFound):
        AvatarFiles(tmp_path / "avatars").package(avatar_id)
    assert len(store.avatars()) == 1


def test_what_is_no_package_is_not_kept(store: Store, tmp_path: Path) -> None:
    with pytest.raises(PackageInvalid):
        store.add_avatar(small_package()[:-10])
    assert store.avatars() == []
    assert files(tmp_path) == []


def test_a_file_that_got_lost_is_an_error_with_its_name(store: Store, tmp_path: Path) -> None:
    row = store.add_avatar(small_package())
    (tmp_path / "avatars" / f"{row.id}.zip").unlink()
    with pytest.raises(StageFailed, match=row.id):
        store.package(row.id)
    store.delete_avatar(row.id)


def test_a_crash_between_file_and_row_leaves_no_avatar(tmp_path: Path) -> None:
    orphan = "ab" * 16
    first = Store(tmp_path)
    kept = first.add_avatar(small_package())
    AvatarFiles(tmp_path / "avatars").write(orphan, b"package", b"thumbnail")
    (tmp_path / "avatars" / ".new-x").write_bytes(b"half")
    first.close()
    young = Store(tmp_path)
    assert files(tmp_path).count(".zip") == 2
    young.close()
    for path in (tmp_path / "avatars").iterdir():
        os.utime(path, (time.time() - 7200,) * 2)
    later = Store(tmp_path)
    assert files(tmp_path) == [".webp", ".zip"]
    assert [row.id for row in later.avatars()] == [kept.id]
    assert later.package(kept.id) == small_package()
    later.close()


def test_a_row_that_cannot_be_written_leaves_no_file(store: Store, tmp_path: Path) -> None:
    blocker = sqlite3.connect(tmp_path / "avatars.db")
    blocker.execute("DROP TABLE avatars")
    blocker.close()
    with pytest.raises(StageFailed, match="avatars"):
        store.add_avatar(small_package())
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_written_leaves_no_row(store: Store, tmp_path: Path) -> None:
    (tmp_path / "avatars").rmdir()
    (tmp_path / "avatars").write_bytes(b"in the way")
    with pytest.raises((StageFailed, OSError)):
        store.add_avatar(small_package())
    assert store.avatars() == []


def test_many_writers(tmp_path: Path) -> None:
    stores = [Store(tmp_path) for _ in range(3)]

    def work(number: int) -> str:
        store = stores[number % 3]
        row = store.add_avatar(small_package(f"n{number}"))
        if number % 2:
            store.delete_avatar(row.id)
        return row.id

    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(work, range(18)))
    assert {row.id for row in stores[0].avatars()} == set(ids[::2])
    assert files(tmp_path).count(".zip") == 9
    for store in stores:
        store.close()


def test_gateways_may_start_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: Store(tmp_path), range(6)))
    for store in stores:
        assert store.avatars() == []
        store.close()


def test_it_is_all_there_after_a_restart(tmp_path: Path) -> None:
    first = Store(tmp_path)
    row, key = first.add_avatar(small_package()), first.create_key("laptop")
    first.close()
    again = Store(tmp_path)
    assert again.avatar(row.id) == row
    assert again.caller(key)
    again.close()


V1 = """
CREATE TABLE meta ("key" VARCHAR(40) NOT NULL PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO meta VALUES ('schema', '1');
CREATE TABLE avatars (id VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(80) NOT NULL,
    created_at DATETIME NOT NULL, description TEXT NOT NULL, voice VARCHAR(80) NOT NULL,
    persona TEXT NOT NULL, engine VARCHAR(40) NOT NULL, size INTEGER NOT NULL,
    licences JSON NOT NULL);
INSERT INTO avatars VALUES ('0123456789abcdef0123456789abcdef', 'Old', '2026-11-21 04:00:00.000000',
    '', 'v', 'p', 'portrait', 7, '["MIT"]');
CREATE TABLE keys (digest VARCHAR(64) NOT NULL PRIMARY KEY, kind VARCHAR(10) NOT NULL,
    label VARCHAR(80) NOT NULL, expires_at DATETIME, session JSON);
INSERT INTO keys VALUES ('{digest}', 'api', 'laptop', NULL, NULL);
"""


def test_a_store_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "avatars.db") as connection:
        connection.executescript(V1.format(digest=sha256(b"ak_old").hexdigest()))
    connection.close()
    for _ in range(2):
        store = Store(tmp_path)
        old = store.avatars()[0]
        assert (old.name, old.licence_class, old.consented_at) == ("Old", "unknown", None)
        assert (old.greeting, old.rails) == ("", {})
        assert store.caller("ak_old") == Caller("laptop")
        store.close()


def test_a_store_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "avatars.db") as connection:
        connection.execute("UPDATE meta SET value = ?", (str(SCHEMA_VERSION + 1),))
    connection.close()
    with pytest.raises(StageFailed, match="newer"):
        Store(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "avatars.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StageFailed, match="store"):
        Store(tmp_path)


def test_a_character_is_changed_and_the_rest_stays(store: Store) -> None:
    row = store.add_avatar(small_package(), Character(greeting="Hi!", rails={"topics": ["x"]}))
    assert (row.greeting, row.rails, row.persona[:8]) == ("Hi!", {"topics": ["x"]}, "I am Ada")
    changed = store.change_avatar(row.id, Character(name="Bea", persona="", rails={}))
    assert changed == replace(row, name="Bea", persona="", rails={}) == store.avatar(row.id)
    with pytest.raises(NotFound):
        store.change_avatar("0" * 32, Character(name="Bea"))
