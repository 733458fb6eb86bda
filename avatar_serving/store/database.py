"""SQLite or PostgreSQL: opened, brought to the present schema, its errors made ours."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, insert, inspect, make_url, text, update
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from avatar_serving.errors import InvalidRequest, StageFailed, Unavailable
from avatar_serving.store import engines
from avatar_serving.store.tables import MIGRATIONS, SCHEMA_VERSION, Base, Meta

PATIENCE_S = 12.0
"""How long a call waits for a database that went away: longer than one needs to restart."""
_MOST_WAITING = 2
"""Calls that may wait at a time; others are refused at once, so that waiting ones do not take all
the threads that conversations need."""
_RETRY_AFTER_S = 5.0


class Database:
    """Any number of threads and processes may use one, each process through its own Database."""

    def __init__(self, place: Path | str, patience_s: float = PATIENCE_S) -> None:
        """*place*: the path of an SQLite file, or the URL of a PostgreSQL database.

        Raises:
            InvalidRequest: no such kind of database.
            StageFailed: not a database, or one of a newer version of this program.
            Unavailable: it does not answer.
        """
        url = URL.create("sqlite", database=str(place)) if isinstance(place, Path) else _url(place)
        self._patience_s = patience_s
        self._waiting = threading.BoundedSemaphore(_MOST_WAITING)
        self._engine = engines.engine(url)
        try:
            with _ours(), self._connect() as connection:
                engines.begin_alone(connection)
                _upgrade(connection, url.render_as_string(hide_password=True))
                connection.commit()
        except (StageFailed, Unavailable):
            self.close()
            raise

    @contextmanager
    def session(self) -> Generator[Session, None, None]:
        """A transaction, committed at the end of the block.

        Raises:
            StageFailed: the disk is full, the file is damaged or held by somebody else.
            Unavailable: the database does not answer; nothing is known of what was not committed.
        """
        with (
            _ours(),
            self._connect() as connection,
            Session(connection) as session,
            session.begin(),
        ):
            yield session

    def forget_the_past(self) -> None:
        """Make deleted rows unreadable, where that is in our hands: SQLite's write-ahead log is
        emptied. Readers that are busy now delay it until a later call."""
        with _ours(), self._connect() as connection:
            engines.forget_the_past(connection)

    def close(self) -> None:
        self._engine.dispose()

    def _connect(self) -> Connection:
        """A connection that works, waiting for a server that is away."""
        try:
            return self._engine.connect()
        except DBAPIError as error:
            if not engines.away(self._engine, error):
                raise
        if not self._waiting.acquire(blocking=False):
            raise Unavailable("the database does not answer", _RETRY_AFTER_S)
        try:
            return _patiently(self._engine, self._patience_s)
        finally:
            self._waiting.release()


def _patiently(engine: Engine, patience_s: float) -> Connection:
    ends, pause_s = time.monotonic() + patience_s, 0.1
    while True:
        time.sleep(pause_s)
        try:
            return engine.connect()
        except DBAPIError as error:
            pause_s = min(1.0, pause_s * 2)
            if not engines.away(engine, error) or time.monotonic() + pause_s > ends:
                raise


@contextmanager
def _ours() -> Generator[None, None, None]:
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("all connections to the database are in use", _RETRY_AFTER_S) from error
    except DBAPIError as error:
        if error.connection_invalidated or engines.refused(error):
            raise Unavailable("the database does not answer", _RETRY_AFTER_S) from error
        raise StageFailed("store", str(error.__cause__ or error)) from error
    except SQLAlchemyError as error:
        raise StageFailed("store", str(error.__cause__ or error)) from error


def _url(given: str) -> URL:
    """Raises:
    InvalidRequest: not the URL of a PostgreSQL database. It is not repeated: it has a password.
    """
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise InvalidRequest("AVATAR_DATABASE_URL: not a URL", "AVATAR_DATABASE_URL") from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise InvalidRequest(
            f"AVATAR_DATABASE_URL: postgresql://..., not {url.drivername}", "AVATAR_DATABASE_URL"
        )
    return url.set(drivername="postgresql+pg8000")


def _upgrade(connection: Connection, place: str) -> None:
    """Runs in a transaction that nobody else can write beside."""
    before = set(inspect(connection).get_table_names())
    for table in Base.metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    found = connection.scalar(text("SELECT value FROM meta WHERE key = 'schema'"))
    version = int(found or SCHEMA_VERSION)
    if version > SCHEMA_VERSION:
        raise StageFailed("store", f"{place} was written by a newer version of this program")
    for step in range(version + 1, SCHEMA_VERSION + 1):
        for statement in MIGRATIONS[step]:
            if statement.split()[2] in before:
                connection.execute(text(statement))
    if found is None:
        connection.execute(insert(Meta).values(key="schema", value=str(SCHEMA_VERSION)))
    else:
        now = update(Meta).where(Meta.key == "schema").values(value=str(SCHEMA_VERSION))
        connection.execute(now)
