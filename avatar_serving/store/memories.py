"""Facts about users, each kept for one user and one avatar, and forgotten in time."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from avatar_serving.errors import NotFound
from avatar_serving.memory.facts import Fact
from avatar_serving.store.database import Database
from avatar_serving.store.seal import Seal
from avatar_serving.store.tables import MemoryTable
from avatar_serving.store.times import iso, kept

Source = Literal["said", "model", "written"]
"""Found by rules in what the user said, chosen by a model, or written by the user."""
_OF = "\x1f"
"""Between an owner and the name of one of their users."""


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """One thing known of a user. Times are ISO 8601 in UTC."""

    id: str
    user: str
    avatar: str
    """Empty: what the avatar without an id knows."""
    slot: str
    """What it is about: name, home, taste chess ..."""
    text: str
    source: str
    created_at: str
    updated_at: str
    expires_at: str

    def public(self) -> dict[str, Any]:
        return {"object": "memory", **asdict(self)}


class Memories:
    """Every call names the user: nobody's facts can be reached by way of somebody else's."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        retention_days: int,
        most: int,
        seal: Seal,
        owner: str = "",
    ) -> None:
        """*most*: facts kept of a user by an avatar; the oldest make room. *owner*: whose users
        they are; two owners may have users of one name."""
        self._database = database
        self._seal = seal
        self._now = now
        self._owner = owner
        self._retention = timedelta(days=retention_days)
        self._most = most

    def within(self, owner: str) -> "Memories":
        """Those of the users of *owner*."""
        return Memories(
            self._database, self._now, self._retention.days, self._most, self._seal, owner
        )

    def of(self, user: str, avatar: str | None = None) -> list[MemoryRow]:
        """Oldest first; *avatar* None: what all of them know of *user*."""
        with self._database.session() as session:
            self._expire(session)
            query = _of(self._kept(user), avatar)
            return [self._row(found) for found in session.scalars(query)]

    def learn(
        self, user: str, avatar: str, facts: Sequence[Fact], source: Source
    ) -> list[MemoryRow]:
        """Keep *facts*. A fact takes the place of an older one with its slot."""
        user = self._kept(user)
        with self._database.session() as session:
            began, apart = self._time(), timedelta(microseconds=1)
            rows = [
                self._put(session, MemoryTable(user=user, avatar=avatar, slot=fact.slot,
                          created_at=began + i * apart), fact.text, source)
                for i, fact in enumerate(facts)
            ]  # fmt: skip
            session.flush()
            for old in list(session.scalars(_of(user, avatar)))[: -self._most]:
                session.delete(old)
            return [self._row(row) for row in rows]

    def change(self, memory_id: str, user: str, text: str) -> MemoryRow:
        """Raises:
        NotFound: *user* has no such memory.
        """
        with self._database.session() as session:
            found = _owned(session, memory_id, self._kept(user))
            found.text = self._seal.close(text, found.id)
            found.source, found.updated_at = "written", self._time()
            return self._row(found)

    def forget(self, memory_id: str, user: str) -> None:
        """For good.

        Raises:
            NotFound: *user* has no such memory.
        """
        with self._database.session() as session:
            session.delete(_owned(session, memory_id, self._kept(user)))
        self._database.forget_the_past()

    def forget_user(self, user: str, avatar: str | None = None) -> int:
        """Everything that *avatar* knows of *user*, or that all of them do; says how much."""
        gone = delete(MemoryTable).where(MemoryTable.user == self._kept(user))
        if avatar is not None:
            gone = gone.where(MemoryTable.avatar == avatar)
        with self._database.session() as session:
            count = len(session.execute(gone.returning(MemoryTable.id)).all())
        self._database.forget_the_past()
        return count

    def _kept(self, user: str) -> str:
        """The name in the table: none that a client can choose is that of another owner's user."""
        name = user.replace(_OF, " ")
        return f"{self._owner}{_OF}{name}" if self._owner else name

    def _put(self, session: Session, new: MemoryTable, text: str, source: Source) -> MemoryTable:
        same = _of(new.user, new.avatar).where(MemoryTable.slot == new.slot)
        kept = session.scalar(same)
        if kept is None:
            kept = new
            kept.id = secrets.token_hex(16)
            session.add(kept)
        kept.text = self._seal.close(text, kept.id)
        kept.source, kept.updated_at = source, self._time()
        return kept

    def reseal(self) -> int:
        """Seal with the newest key what was written without one or with an older; says how much."""
        if (begins := self._seal.begins) is None:
            return 0
        others = select(MemoryTable).where(MemoryTable.text.not_like(f"{begins}%"))
        with self._database.session() as session:
            found = list(session.scalars(others.with_for_update()))
            for row in found:
                row.text = self._seal.close(self._seal.open(row.text, row.id), row.id)
        if found:
            self._database.forget_the_past()
        return len(found)

    def _expire(self, session: Session) -> None:
        old = MemoryTable.updated_at < self._time() - self._retention
        session.execute(delete(MemoryTable).where(old))

    def _time(self) -> datetime:
        return kept(self._now())

    def _row(self, found: MemoryTable) -> MemoryRow:
        return MemoryRow(
            id=found.id,
            user=found.user.rpartition(_OF)[2],
            avatar=found.avatar,
            slot=found.slot,
            text=self._seal.open(found.text, found.id),
            source=found.source,
            created_at=iso(found.created_at),
            updated_at=iso(found.updated_at),
            expires_at=iso(found.updated_at + self._retention),
        )


def _of(user: str, avatar: str | None) -> Select[MemoryTable]:
    query = select(MemoryTable).where(MemoryTable.user == user)
    if avatar is not None:
        query = query.where(MemoryTable.avatar == avatar)
    return query.order_by(MemoryTable.created_at, MemoryTable.id)


def _owned(session: Session, memory_id: str, user: str) -> MemoryTable:
    found = session.get(MemoryTable, memory_id)
    if found is None or found.user != user:
        raise NotFound("memory", memory_id)
    return found
