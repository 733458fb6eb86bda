"""Sessions in the store: one owner at a time, a token opens until the next is held, nothing is
left."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from avatar_serving.errors import WrongState
from avatar_serving.store import Store
from avatar_serving.store.sessions import Sessions, digest
from tests.store.clock import Clock


@pytest.fixture
def gateways(tmp_path: Path, clock: Clock) -> Iterator[tuple[Sessions, Sessions]]:
    stores = [Store(tmp_path, clock) for _ in range(2)]
    yield stores[0].sessions("one"), stores[1].sessions("two")
    for store in stores:
        store.close()


def refused(sessions: Sessions, token: str) -> str:
    with pytest.raises(WrongState) as caught:
        sessions.claim(token)
    return caught.value.code


def test_another_gateway_takes_it_over(gateways: tuple[Sessions, Sessions]) -> None:
    one, two = gateways
    token, ends_at = one.open("sess_1", 60)
    assert one.write("sess_1", '{"said": "hello"}', '["a"]')
    taken = two.claim(token)
    assert (taken.id, taken.state, taken.tail) == ("sess_1", '{"said": "hello"}', '["a"]')
    assert taken.ends_at == ends_at and taken.token != token
    assert not one.mine("sess_1") and two.mine("sess_1")
    assert not one.write("sess_1", "{}"), "the one before may not write over it"
    one.end("sess_1")
    assert two.claim(taken.token).state == '{"said": "hello"}'


def test_tokens_that_do_not_count_say_why(gateways: tuple[Sessions, Sessions]) -> None:
    one, two = gateways
    token, _ = one.open("sess_1", 60)
    newer = two.claim(token).token
    two.write("sess_1", "{}", held=digest(newer))
    assert refused(one, token) == refused(two, token) == "resume_used"
    assert refused(one, "rt_nobody") == refused(one, "\ud800") == "resume_unknown"
    two.end("sess_1")
    assert refused(one, newer) == "resume_expired"


def test_a_session_is_over_in_time(gateways: tuple[Sessions, Sessions], clock: Clock) -> None:
    one, _ = gateways
    token, _ = one.open("sess_1", 60)
    clock.at += timedelta(seconds=61)
    assert refused(one, token) == "resume_expired"
    clock.at += timedelta(hours=2)
    one.open("sess_2", 60)
    assert refused(one, token) == "resume_unknown"


def test_of_many_who_claim_the_last_has_it(gateways: tuple[Sessions, Sessions]) -> None:
    token, _ = gateways[0].open("sess_1", 60)

    def claim(number: int) -> str:
        return gateways[number % 2].claim(token).token

    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(claim, range(24)))
    assert len(set(tokens)) == 24
    assert [one.mine("sess_1") for one in gateways].count(True) == 1
    unknown = [refused_or_id(gateways[0], newer) for newer in tokens]
    assert sorted(unknown) == ["resume_unknown"] * 23 + ["sess_1"]


def refused_or_id(sessions: Sessions, token: str) -> str:
    try:
        return sessions.claim(token).id
    except WrongState as error:
        return error.code


def test_a_token_counts_until_its_client_holds_the_next(
    gateways: tuple[Sessions, Sessions],
) -> None:
    one, two = gateways
    token, _ = one.open("sess_1", 60)
    lost = two.claim(token).token  # and the gateway dies before it has said so
    newest = one.claim(token).token
    assert refused(two, lost) == "resume_unknown"
    one.write("sess_1", "{}", held=digest(lost))
    assert one.claim(token).id == "sess_1", "it was another token that the client held"
    newest = one.claim(token).token
    one.write("sess_1", "{}", held=digest(newest))
    assert refused(two, token) == "resume_used"
    assert two.claim(newest).id == "sess_1"


def test_sessions_of_an_earlier_version_go_on(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path, clock)
    token, _ = store.sessions("one").open("sess_1", 60)
    with store._database.session() as session:
        session.execute(text("ALTER TABLE sessions DROP COLUMN unheld"))
        session.execute(text("UPDATE meta SET value = '7' WHERE key = 'schema'"))
    store.close()
    newer = Store(tmp_path, clock)
    assert newer.sessions("two").claim(token).id == "sess_1"
    newer.close()


def test_nothing_of_it_can_be_read_afterwards(
    gateways: tuple[Sessions, Sessions], tmp_path: Path
) -> None:
    one, _ = gateways
    token, _ = one.open("sess_1", 60)
    one.write("sess_1", "I live in Lisbon", "and like tea")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("avatars.db*"))
    assert b"Lisbon" in kept and token.encode() not in kept
    one.end("sess_1")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("avatars.db*"))
    assert b"Lisbon" not in kept and b"like tea" not in kept
    assert not one.write("sess_1", "I live in Lisbon"), "nothing is added to what is over"


def test_what_a_dead_gateway_left_is_forgotten(
    gateways: tuple[Sessions, Sessions], clock: Clock, tmp_path: Path
) -> None:
    one, two = gateways
    token, _ = one.open("sess_1", 60)
    one.write("sess_1", "I live in Lisbon")
    clock.at += timedelta(seconds=61)
    two.open("sess_2", 60)
    two.end("sess_2")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("avatars.db*"))
    assert b"Lisbon" not in kept
    assert refused(two, token) == "resume_expired"
