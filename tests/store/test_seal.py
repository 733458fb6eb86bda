"""What people said is unreadable in the database, and keys can be changed."""

import base64
import sqlite3
from pathlib import Path

import pytest
from pydantic import SecretStr

from avatar_serving.errors import InvalidRequest, StageFailed
from avatar_serving.memory import Fact
from avatar_serving.storage import Storage, storage
from avatar_serving.store import Store
from avatar_serving.store.seal import MARK, Seal

OLD, NEW = (SecretStr(base64.b64encode(bytes([n]) * 32).decode()) for n in (1, 2))
SAID = "They live in Lisbon."


def opened(folder: Path, *keys: SecretStr) -> Store:
    return Store(folder, storage=Storage(keys=keys))


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("avatars.db*")))


def told(store: Store) -> list[str]:
    return [row.text for row in store.memories().of("ann")]


def test_nothing_that_was_said_is_on_the_disk(tmp_path: Path) -> None:
    store = opened(tmp_path, NEW)
    store.memories().learn("ann", "", [Fact("home", SAID)], "said")
    sessions = store.sessions("one")
    token, _ = sessions.open("sess_1", 60)
    assert sessions.write("sess_1", '{"said": "Guten Tag"}', '["Hallo"]')
    assert told(store) == [SAID]
    found = on_disk(tmp_path)
    assert not [word for word in (b"Lisbon", b"Guten Tag", b"Hallo") if word in found]
    claimed = store.sessions("two").claim(token)
    assert (claimed.state, claimed.tail) == ('{"said": "Guten Tag"}', '["Hallo"]')
    store.close()


def test_what_was_written_before_is_read_and_sealed(tmp_path: Path) -> None:
    plain = opened(tmp_path)
    plain.memories().learn("ann", "", [Fact("home", SAID)], "said")
    token, _ = plain.sessions("one").open("sess_1", 60)
    assert plain.sessions("one").write("sess_1", "{}")
    plain.close()
    assert b"Lisbon" in on_disk(tmp_path)
    sealed = opened(tmp_path, NEW)
    assert told(sealed) == [SAID] and sealed.sessions("two").claim(token).state == "{}"
    sealed.close()
    assert b"Lisbon" not in on_disk(tmp_path)


def test_a_key_is_replaced(tmp_path: Path) -> None:
    first = opened(tmp_path, OLD)
    first.memories().learn("ann", "", [Fact("home", SAID)], "said")
    first.close()
    both = opened(tmp_path, NEW, OLD)
    assert told(both) == [SAID]
    both.close()
    alone = opened(tmp_path, NEW)
    assert told(alone) == [SAID], "the old key is needed no more"
    alone.close()


def test_without_its_key_nothing_is_told(tmp_path: Path) -> None:
    store = opened(tmp_path, OLD)
    store.memories().learn("ann", "", [Fact("home", SAID)], "said")
    store.close()
    keyless = opened(tmp_path)
    with pytest.raises(StageFailed, match="AVATAR_STORE_KEY lacks the key"):
        told(keyless)
    keyless.close()
    with pytest.raises(StageFailed, match="AVATAR_STORE_KEY lacks the key"):
        opened(tmp_path, NEW)


def test_a_sealed_text_cannot_be_moved_or_changed(tmp_path: Path) -> None:
    seal = Seal([NEW])
    kept = seal.close(SAID, "row 1")
    assert seal.open(kept, "row 1") == SAID and seal.close(SAID, "row 1") != kept
    for spoiled, of in ((kept, "row 2"), (kept[:-8] + "AAAAAAA=", "row 1"), (kept + "!", "row 1")):
        with pytest.raises(StageFailed, match="was changed"):
            seal.open(spoiled, of)
    assert Seal().open(Seal().close(f"{MARK}me", "x"), "x") == "sealed:me", "nobody forges a mark"
    store = opened(tmp_path, NEW)
    for user in ("ann", "bob"):
        store.memories().learn(user, "", [Fact("home", f"{user}'s home")], "said")
    store.close()
    with sqlite3.connect(tmp_path / "avatars.db") as database:
        database.execute(
            "UPDATE memories SET text = (SELECT text FROM memories WHERE user = 'bob')"
        )
    database.close()
    again = opened(tmp_path, NEW)
    with pytest.raises(StageFailed, match="was changed"):
        told(again)
    again.close()


@pytest.mark.parametrize("key", ["secret", "c2hvcnQ=", "!" * 44])
def test_what_is_no_key_is_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATAR_STORE_KEY", f"{NEW.get_secret_value()} {key}")
    with pytest.raises(InvalidRequest, match="AVATAR_STORE_KEY") as caught:
        Seal(storage().keys)
    assert key not in str(caught.value)
