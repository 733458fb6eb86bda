"""API keys and client secrets: shown once, kept as sha256.

A key is 256 random bits, so a plain hash is as good as a slow one: there is no short list of
guesses to try. It is looked up by its whole hash, and how long that takes says nothing about keys
that nobody has sent.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, or_, select, update

from avatar_serving.callers import SCOPES, Caller, Scope
from avatar_serving.errors import InvalidRequest, NotFound, StageFailed, Unavailable
from avatar_serving.store.database import Database
from avatar_serving.store.tables import KeyTable
from avatar_serving.store.times import kept

SHORTEST_S, LONGEST_S = 10, 7200
"""How long a client secret may live."""
SHORTEST_KEY = 24
"""Characters of a key made elsewhere: fewer could be guessed."""
_OWNER = re.compile(r"[A-Za-z0-9._-]{0,40}")
_NOTED = timedelta(minutes=1)
"""How exactly the last use of a key is kept."""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A client secret that was used: the session it stands for, and whose it is."""

    session: dict[str, Any]
    caller: Caller


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What can be shown of a key. Times are UTC; a key made before they were kept has none."""

    label: str
    digest: str
    """Its beginning."""
    owner: str
    scopes: tuple[str, ...]
    created_at: datetime | None
    expires_at: datetime | None
    used_at: datetime | None


class Keys:
    """All keys of a store. Times are *now*'s, which tests may turn forward."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def create(
        self,
        label: str,
        scopes: Sequence[Scope] = SCOPES,
        owner: str = "",
        lifetime: timedelta | None = None,
    ) -> str:
        """A new API key for *scopes*. It is shown here and never again.

        Raises:
            InvalidRequest: no label, no scope, one that does not exist, an owner that cannot be.
        """
        if not label.strip():
            raise InvalidRequest("label: say what the key is for", "label")
        if not scopes or set(scopes) - set(SCOPES):
            raise InvalidRequest(f"scopes: some of {', '.join(SCOPES)}", "scopes")
        if not _OWNER.fullmatch(owner):
            raise InvalidRequest("owner: up to 40 letters, digits, dots, dashes", "owner")
        key = "ak_" + secrets.token_urlsafe(32)
        self._keep(self._row(key, label, scopes, owner, lifetime))
        return key

    def adopt(self, label: str, key: str) -> None:
        """Accept a *key* made elsewhere, in place of those that had its label.

        Raises:
            InvalidRequest: it is so short that it could be guessed.
        """
        if len(key) < SHORTEST_KEY:
            raise InvalidRequest(f"the key {label!r} has fewer than {SHORTEST_KEY} characters")
        with self._database.session() as session:
            session.execute(delete(KeyTable).where(_api(label)))
            session.merge(self._row(key, label, SCOPES, "", None))

    def rotate(self, label: str, overlap: timedelta, lifetime: timedelta | None) -> str:
        """A new key with the scopes and the owner of the newest of its label. The old ones open
        for *overlap* still, so that clients can be changed meanwhile.

        Raises:
            NotFound: there is none with that label.
        """
        key, until = "ak_" + secrets.token_urlsafe(32), self._time() + overlap
        with self._database.session() as session:
            old = list(session.scalars(_live(label, self._time())))
            if not old:
                raise NotFound("key", label)
            like = old[-1]
            for row in old:
                row.expires_at = min(row.expires_at or until, until)
            session.add(self._row(key, label, like.scopes, like.owner, lifetime))
        return key

    def caller(self, key: str) -> Caller | None:
        """Who shows this key; None: nobody that is known, or not any more."""
        now = self._time()
        with self._database.session() as session:
            found = session.get(KeyTable, _digest(key))
            if found is None or found.kind != "api":
                return None
            if found.expires_at is not None and found.expires_at <= now:
                return None
            caller, used = _caller(found), found.used_at
        if used is None or now - used >= _NOTED:
            self._note(_digest(key), now)
        return caller

    def list(self) -> list[KeyRow]:
        """Every API key that opens, by label."""
        with self._database.session() as session:
            return [_shown(found) for found in session.scalars(_live(None, self._time()))]

    def revoke(self, label: str) -> int:
        """Delete all keys of that label and the secrets made with them. How many keys it were."""
        gone = delete(KeyTable).where(KeyTable.label == label)
        with self._database.session() as session:
            kinds = session.scalars(gone.returning(KeyTable.kind)).all()
            return kinds.count("api")

    def create_secret(self, seconds: int, bound: dict[str, Any], caller: Caller) -> tuple[str, int]:
        """A client secret for one session of *caller*, and when it expires (Unix time).

        Raises:
            InvalidRequest: a lifetime out of 10..7200 s.
        """
        if not SHORTEST_S <= seconds <= LONGEST_S:
            raise InvalidRequest("expires_after.seconds: 10 to 7200", "expires_after.seconds")
        secret, lifetime = "ek_" + secrets.token_urlsafe(32), timedelta(seconds=seconds)
        row = self._row(secret, caller.label, ("talk",), caller.owner, lifetime)
        row.kind, row.session = "secret", bound
        self._keep(row)
        return secret, int((self._now() + lifetime).timestamp())

    def redeem_secret(self, secret: str) -> Redeemed | None:
        """The session of a client secret, once; None if it is unknown, used or expired."""
        with self._database.session() as session:
            session.execute(delete(KeyTable).where(KeyTable.expires_at <= self._time()))
            found = session.get(KeyTable, _digest(secret))
            if found is None or found.kind != "secret":
                return None
            redeemed = Redeemed(dict(found.session or {}), _caller(found))
            used = delete(KeyTable).where(KeyTable.digest == found.digest)
            gone = session.execute(used.returning(KeyTable.digest)).first()
            return None if gone is None else redeemed

    def _row(
        self,
        key: str,
        label: str,
        scopes: Sequence[str],
        owner: str,
        lifetime: timedelta | None,
    ) -> KeyTable:
        now = self._time()
        return KeyTable(
            digest=_digest(key), kind="api", label=label, owner=owner, scopes=list(scopes),
            created_at=now, expires_at=None if lifetime is None else now + lifetime,
        )  # fmt: skip

    def _keep(self, row: KeyTable) -> None:
        with self._database.session() as session:
            session.add(row)

    def _note(self, digest: str, now: datetime) -> None:
        used = update(KeyTable).where(KeyTable.digest == digest).values(used_at=now)
        # A store that cannot be written stops what must be, not those who only want to talk.
        with suppress(StageFailed, Unavailable), self._database.session() as session:
            session.execute(used)

    def _time(self) -> datetime:
        """UTC, as the table has it: without a zone."""
        return kept(self._now())


def _api(label: str) -> Any:
    return (KeyTable.kind == "api") & (KeyTable.label == label)


def _live(label: str | None, now: datetime) -> Select[KeyTable]:
    """API keys that open, oldest of a label first."""
    query = select(KeyTable).where(
        KeyTable.kind == "api", or_(KeyTable.expires_at.is_(None), KeyTable.expires_at > now)
    )
    if label is not None:
        query = query.where(KeyTable.label == label)
    return query.order_by(KeyTable.label, KeyTable.created_at)


def _caller(row: KeyTable) -> Caller:
    return Caller(row.label, row.owner, frozenset(s for s in SCOPES if s in row.scopes))


def _shown(row: KeyTable) -> KeyRow:
    return KeyRow(
        label=row.label,
        digest=row.digest[:8],
        owner=row.owner,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
