"""A database that restarts, stays away, or never was there."""

import threading
import time

import pytest

from avatar_serving.errors import InvalidRequest, StageFailed, Unavailable
from avatar_serving.store.database import Database
from tests.store.postgres import Postgres


def test_a_database_that_restarts_is_waited_for(server: Postgres) -> None:
    database = Database(server.database("restarting"))
    server.stop()
    back = threading.Timer(2.0, server.start)
    back.start()
    try:
        with database.session():
            pass
    finally:
        back.join()
    server.stop("immediate")
    server.start()
    with database.session():
        pass
    database.close()


def test_a_database_that_stays_away_is_a_typed_error(server: Postgres) -> None:
    database = Database(server.database("gone"), patience_s=0.5)
    server.stop()
    try:
        with pytest.raises(Unavailable) as caught, database.session():
            pass
        assert caught.value.retryable and caught.value.retry_after_s > 0
    finally:
        server.start()
    database.close()


def test_few_wait_for_a_database_and_the_next_is_told_at_once(server: Postgres) -> None:
    database = Database(server.database("crowded"), patience_s=600)
    server.stop()
    waiting = [threading.Thread(target=_use, args=(database,)) for _ in range(2)]
    try:
        for thread in waiting:
            thread.start()
        while database._waiting._value:
            time.sleep(0.01)
        with pytest.raises(Unavailable), database.session():
            pass
        assert all(thread.is_alive() for thread in waiting)
    finally:
        server.start()
    for thread in waiting:
        thread.join()
    database.close()


def _use(database: Database) -> None:
    with database.session():
        pass


@pytest.mark.parametrize(
    "url", ["no url", "mysql://u:hidden@h/d", "postgresql://u:hidden@h/d?sslmode=x"]
)
def test_a_wrong_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Database(url)
    assert caught.value.param == "AVATAR_DATABASE_URL" and "hidden" not in str(caught.value)


def test_a_wrong_password_is_not_waited_for(server: Postgres) -> None:
    with pytest.raises(StageFailed):
        Database(server.url.replace("secret", "wrong"), patience_s=600)
