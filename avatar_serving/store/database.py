"""The SQLite file: opened, brought to the present schema, its errors made ours."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from avatar_serving.errors import StageFailed
from avatar_serving.store.tables import MIGRATIONS, SCHEMA_VERSION, Base

_BUSY_S = 15


class Database:
    """Any number of threads and processes may use one file, each through its own Database."""

    def __init__(self, path: Path) -> None:
        """Raises:
        StageFailed: not a database, or one of a newer version of this program.
        """
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_S})
        event.listen(self._engine, "connect", _prepare)
        try:
            with _ours(), self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                _upgrade(connection, path)
                connection.commit()
        except StageFailed:
            self.close()
            raise

    @contextmanager
    def session(self) -> Generator[Session, None, None]:
        """A transaction, committed at the end of the block.

        Raises:
            StageFailed: the disk is full, the file is damaged or held by somebody else.
        """
        with _ours(), Session(self._engine) as session, session.begin():
            yield session

    def forget_the_past(self) -> None:
        """Empty the write-ahead log, where deleted rows would still be readable. Readers that are
        busy now delay it until a later call."""
        with _ours(), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def _ours() -> Generator[None, None, None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StageFailed("store", str(error.__cause__ or error)) from error


def _prepare(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")


def _upgrade(connection: Connection, path: Path) -> None:
    """Runs in a transaction that nobody else can write beside."""
    for table in Base.metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    found = connection.scalar(text("SELECT value FROM meta WHERE key = 'schema'"))
    version = int(found or SCHEMA_VERSION)
    if version > SCHEMA_VERSION:
        raise StageFailed("store", f"{path} was written by a newer version of this program")
    for step in range(version + 1, SCHEMA_VERSION + 1):
        for statement in MIGRATIONS[step]:
            connection.execute(text(statement))
    put = text("INSERT OR REPLACE INTO meta (key, value) VALUES ('schema', :version)")
    connection.execute(put, {"version": str(SCHEMA_VERSION)})
