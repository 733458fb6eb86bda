"""API keys and client secrets: shown once, kept as sha256."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from avatar_serving.errors import InvalidRequest
from avatar_serving.store.database import Database
from avatar_serving.store.tables import KeyTable

SHORTEST_S, LONGEST_S = 10, 7200
"""How long a client secret may live."""


class Keys:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def create(self, label: str) -> str:
        """A new API key. It is shown here and never again."""
        key = "ak_" + secrets.token_urlsafe(32)
        self._keep(KeyTable(digest=_digest(key), kind="api", label=label))
        return key

    def adopt(self, label: str, key: str) -> None:
        """Accept a *key* made elsewhere, in place of those that had its label."""
        with self._database.session() as session:
            old = delete(KeyTable).where(KeyTable.kind == "api", KeyTable.label == label)
            session.execute(old)
            session.merge(KeyTable(digest=_digest(key), kind="api", label=label))

    def verify(self, key: str) -> bool:
        with self._database.session() as session:
            found = session.get(KeyTable, _digest(key))
            return found is not None and found.kind == "api"

    def list(self) -> list[tuple[str, str]]:
        """(label, beginning of the digest) of every API key."""
        query = select(KeyTable).where(KeyTable.kind == "api").order_by(KeyTable.label)
        with self._database.session() as session:
            return [(found.label, found.digest[:8]) for found in session.scalars(query)]

    def revoke(self, label: str) -> int:
        """How many keys of that label there were."""
        gone = delete(KeyTable).where(KeyTable.kind == "api", KeyTable.label == label)
        with self._database.session() as session:
            return len(session.execute(gone.returning(KeyTable.digest)).all())

    def create_secret(self, seconds: int, bound: dict[str, Any]) -> tuple[str, int]:
        """A client secret for one session, and when it expires (Unix time).

        Raises:
            InvalidRequest: a lifetime out of 10..7200 s.
        """
        if not SHORTEST_S <= seconds <= LONGEST_S:
            raise InvalidRequest("expires_after.seconds: 10 to 7200", "expires_after.seconds")
        secret = "ek_" + secrets.token_urlsafe(32)
        expires_at = self._now() + timedelta(seconds=seconds)
        row = KeyTable(
            digest=_digest(secret), kind="secret", label="", expires_at=_utc(expires_at),
            session=bound,
        )  # fmt: skip
        self._keep(row)
        return secret, int(expires_at.timestamp())

    def redeem_secret(self, secret: str) -> dict[str, Any] | None:
        """The session of a client secret, once; None if it is unknown, used or expired."""
        with self._database.session() as session:
            session.execute(delete(KeyTable).where(KeyTable.expires_at <= _utc(self._now())))
            used = delete(KeyTable).where(
                KeyTable.digest == _digest(secret), KeyTable.kind == "secret"
            )
            gone = session.execute(used.returning(KeyTable.session)).first()
            return None if gone is None else dict(gone[0] or {})

    def _keep(self, row: KeyTable) -> None:
        with self._database.session() as session:
            session.add(row)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _utc(time: datetime) -> datetime:
    """SQLite keeps no time zone."""
    return time.astimezone(UTC).replace(tzinfo=None)
