"""What SQLite and PostgreSQL do differently."""

import logging
import sqlite3
import ssl
import time
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from avatar_serving.errors import InvalidRequest, StageFailed

_BUSY_S = 15
_CONNECT_S = 10
_CONNECTIONS, _MORE = 4, 8
_LOCK = 0x61766174
"""Of all the advisory locks in a database, the one that those who change the schema take."""
_GONE = ("57P01", "57P02", "57P03", "08")
"""Beginnings of SQLSTATE codes: the server stops, crashed, starts, or the connection is broken."""


def engine(url: URL) -> Engine:
    """Raises:
    StageFailed: the driver of PostgreSQL is not installed.
    InvalidRequest: an ``sslmode`` that there is not.
    """
    if url.get_backend_name() == "sqlite":
        made = create_engine(url, connect_args={"timeout": _BUSY_S})
        event.listen(made, "connect", _prepare_sqlite)
        return made
    plain, given = _split(url)
    try:
        made = create_engine(
            plain, pool_pre_ping=True, pool_size=_CONNECTIONS, max_overflow=_MORE,
            pool_timeout=_BUSY_S, connect_args=given,
        )  # fmt: skip
    except ImportError as error:
        raise StageFailed(
            "store", "PostgreSQL needs: pip install 'avatar-serving[cluster]'"
        ) from error
    event.listen(made, "handle_error", _notice_a_lost_server)
    # It writes a traceback for every lost connection that it cannot take leave of.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    return made


def begin_alone(connection: Connection) -> None:
    """Begin a transaction that waits for those of others who change the schema."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def forget_the_past(connection: Connection) -> None:
    """PostgreSQL's vacuum does that in its own time."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def away(engine: Engine, error: DBAPIError) -> bool:
    """Whether a server could not be reached, and may be reached later."""
    return engine.dialect.name != "sqlite" and (error.connection_invalidated or refused(error))


def refused(error: DBAPIError) -> bool:
    """Whether *error* is a server's that is not there, or not ready."""
    cause = error.orig
    if type(cause).__name__ == "InterfaceError" or isinstance(cause, OSError):
        return True
    return _state(cause).startswith(_GONE)


def _state(cause: BaseException | None) -> str:
    """The SQLSTATE in an error of pg8000: ``C`` of the fields that the server sent."""
    fields: Any = cause.args[0] if cause is not None and cause.args else None
    return str(fields.get("C", "")) if isinstance(fields, dict) else ""


def _notice_a_lost_server(context: ExceptionContext) -> None:
    """A server that stops says so as an ordinary error; the connection is lost all the same."""
    if _state(context.original_exception).startswith(_GONE):
        context.is_disconnect = True


def _prepare_sqlite(connection: Any, _: object) -> None:
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")


def _write_ahead(connection: Any) -> None:
    """SQLite does not wait its usual time here when another gateway opens the new file as well."""
    ends = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.02)


def _split(url: URL) -> tuple[URL, dict[str, Any]]:
    """*url* as the driver understands it, and what it is told beside that."""
    given: dict[str, Any] = {"timeout": _CONNECT_S, "application_name": "avatar-serving"}
    mode = str(url.query.get("sslmode", "prefer"))
    match mode:
        case "verify-full" | "verify-ca":
            given["ssl_context"] = ssl.create_default_context()
        case "require":
            given["ssl_context"] = True
        case "disable":
            given["ssl_context"] = False
        case "prefer":
            pass
        case _:
            raise InvalidRequest(f"AVATAR_DATABASE_URL: sslmode {mode!r}", "AVATAR_DATABASE_URL")
    return url.difference_update_query(["sslmode"]), given
