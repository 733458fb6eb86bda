"""Facts about users: each of them its own user's, replaced, bounded, forgotten."""

from datetime import timedelta

import pytest

from avatar_serving.errors import NotFound
from avatar_serving.memory import Fact
from avatar_serving.store import Store
from tests.store.packages import small_package

LISBON, PORTO = Fact("home", "They live in Lisbon."), Fact("home", "They live in Porto.")
TEA = Fact("taste tea", "They like tea.")


@pytest.fixture
def store(tmp_path, clock):
    opened = Store(tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def memories(store):
    return store.memories(retention_days=30, most=5)


def texts(rows):
    return [row.text for row in rows]


def test_users_and_avatars_do_not_share(memories):
    memories.learn("ann", "a1", [LISBON], "said")
    memories.learn("bob", "a1", [PORTO], "said")
    memories.learn("ann", "a2", [TEA], "said")
    assert texts(memories.of("ann", "a1")) == ["They live in Lisbon."]
    assert texts(memories.of("bob", "a1")) == ["They live in Porto."]
    assert set(texts(memories.of("ann"))) == {"They live in Lisbon.", "They like tea."}
    assert memories.of("eve") == [] and memories.of("ann", "") == []


def test_another_s_memory_can_be_neither_changed_nor_forgotten(memories):
    [row] = memories.learn("ann", "a1", [LISBON], "said")
    with pytest.raises(NotFound):
        memories.change(row.id, "bob", "They live on the moon.")
    with pytest.raises(NotFound):
        memories.forget(row.id, "bob")
    assert memories.forget_user("bob") == 0
    assert texts(memories.of("ann")) == ["They live in Lisbon."]


def test_a_newer_fact_takes_the_place_of_the_older(memories, clock):
    [old] = memories.learn("ann", "", [LISBON], "said")
    clock.at += timedelta(days=1)
    memories.learn("ann", "", [PORTO, TEA], "said")
    rows = memories.of("ann", "")
    assert texts(rows) == ["They live in Porto.", "They like tea."]
    assert rows[0].id == old.id and rows[0].created_at < rows[0].updated_at


def test_the_oldest_make_room(memories, clock):
    for i in range(8):
        clock.at += timedelta(seconds=1)
        memories.learn("ann", "", [Fact(f"taste {i}", f"They like {i}.")], "said")
    assert texts(memories.of("ann")) == [f"They like {i}." for i in range(3, 8)]


def test_what_is_not_said_again_is_forgotten(memories, clock):
    memories.learn("ann", "", [LISBON, TEA], "said")
    clock.at += timedelta(days=29)
    memories.learn("ann", "", [TEA], "said")
    clock.at += timedelta(days=2)
    [row] = memories.of("ann")
    assert row.text == "They like tea."
    assert row.expires_at.startswith("2027-01-19")


def test_they_are_corrected_and_forgotten(memories, store, tmp_path):
    home, tea = memories.learn("ann", "", [LISBON, TEA], "said")
    changed = memories.change(home.id, "ann", "They live in Faro.")
    assert (changed.text, changed.source) == ("They live in Faro.", "written")
    memories.forget(tea.id, "ann")
    assert texts(memories.of("ann")) == ["They live in Faro."]
    assert memories.forget_user("ann") == 1
    assert memories.of("ann") == []
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("avatars.db*"))
    assert b"live in Faro" not in stored and b"like tea" not in stored


def test_an_avatar_takes_its_memories_with_it(store, memories):
    avatar = store.add_avatar(small_package()).id
    memories.learn("ann", avatar, [TEA], "said")
    store.delete_avatar(avatar)
    assert memories.of("ann") == []
