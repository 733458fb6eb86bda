"""What each key has used up, counted for all gateways of the store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from avatar_serving.errors import RateLimited
from avatar_serving.store.database import Database
from avatar_serving.store.tables import HoldTable, QuotaTable

LEASE_S = 60.0
"""A session counts for so long after its gateway last said that it holds it."""
_SESSION_RETRY_S = 10.0
_SESSIONS = "limits.key_sessions"
_NEARLY = 1e-6
"""Part of one use that rounding may lose."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left after a use."""

    limit: int
    remaining: int
    reset_s: float
    """Until all of it is there again."""


class Quotas:
    """Uses come back evenly; sessions count while they are held. Clocks of gateways may differ by
    as much as nobody minds: what is kept are times.

    Every call raises `Unavailable` where the database does not answer.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], owner: str) -> None:
        """*owner* names this gateway among all that use the store."""
        self._database = database
        self._now = now
        self._owner = owner

    def take(self, label: str, option: str, size: int, period_s: float) -> Standing:
        """Use one of *size*, all of which come back within *period_s*.

        What is kept is when the key would have used up all, had it done so at the steady rate.

        Raises:
            RateLimited: none is left.
        """
        now, each_s = self._now().timestamp(), period_s / size
        full = now - period_s
        at = case((QuotaTable.empty_at < full, full), else_=QuotaTable.empty_at)
        with self._database.session() as session:
            taken = _insert(session)(QuotaTable).values(
                label=label, option=option, empty_at=full + each_s
            )
            taken = taken.on_conflict_do_update(
                index_elements=[QuotaTable.label, QuotaTable.option],
                set_={QuotaTable.empty_at: at + each_s},
                where=QuotaTable.empty_at <= now - each_s * (1 - _NEARLY),
            )
            empty_at = session.scalar(taken.returning(QuotaTable.empty_at))
            if empty_at is None:
                found = session.get_one(QuotaTable, (label, option)).empty_at
                raise RateLimited(option, size, found + each_s - now)
        return Standing(size, int((now - empty_at) / each_s + _NEARLY), empty_at - full)

    def hold(self, label: str, session_id: str, most: int) -> None:
        """Count a session of *label*, which another gateway may have held until now.

        Raises:
            RateLimited: there are *most* already.
        """
        now = self._now().timestamp()
        with self._database.session() as session:
            _alone(session, label)
            session.execute(delete(HoldTable).where(HoldTable.until < now))
            others = select(func.count()).where(HoldTable.label == label)
            known = session.get(HoldTable, session_id) is not None
            if not known and (session.scalar(others) or 0) >= most:
                raise RateLimited(_SESSIONS, most, _SESSION_RETRY_S)
            session.merge(self._held(label, session_id, now))

    def renew(self, held: Mapping[str, str]) -> None:
        """Say that this gateway still holds these: labels by session. What is another's by now
        stays so; what has lapsed counts again."""
        until = self._now().timestamp() + LEASE_S
        with self._database.session() as session:
            rows = [_row(label, one, self._owner, until) for one, label in held.items()]
            renewed = _insert(session)(HoldTable).values(rows)
            session.execute(
                renewed.on_conflict_do_update(
                    index_elements=[HoldTable.id],
                    set_={HoldTable.until: until},
                    where=HoldTable.owner == self._owner,
                )
            )

    def release(self, session_id: str) -> None:
        """The session is over, or another gateway's."""
        mine = (HoldTable.id == session_id) & (HoldTable.owner == self._owner)
        with self._database.session() as session:
            session.execute(delete(HoldTable).where(mine))

    def _held(self, label: str, session_id: str, now: float) -> HoldTable:
        return HoldTable(**_row(label, session_id, self._owner, now + LEASE_S))


def _row(label: str, session_id: str, owner: str, until: float) -> dict[str, Any]:
    return {"id": session_id, "label": label, "owner": owner, "until": until}


def _alone(session: Session, label: str) -> None:
    """Let others who count sessions of *label* wait until this transaction is over."""
    row = _insert(session)(QuotaTable).values(label=label, option=_SESSIONS, empty_at=0.0)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[QuotaTable.label, QuotaTable.option], set_={QuotaTable.empty_at: 0.0}
        )
    )


def _insert(session: Session) -> Any:
    """Both databases know what to do with a row that is there, in the same words."""
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
