"""Live sessions that may be resumed, by whichever gateway their client finds."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, bindparam, delete, or_, select, update

from avatar_serving.errors import WrongState
from avatar_serving.store.database import Database
from avatar_serving.store.seal import Seal
from avatar_serving.store.tables import SessionTable
from avatar_serving.store.times import kept, read

_OWN = update(SessionTable.__table__).where(  # pyright: ignore[reportArgumentType]
    SessionTable.id == bindparam("session"), SessionTable.owner == bindparam("gateway")
)
_WRITE = _OWN.where(SessionTable.over.is_(False)).values(
    state=bindparam("state_now"),
    tail=bindparam("tail_now"),
    unheld=SessionTable.unheld & (SessionTable.token != bindparam("held")),
)
"""Of all that is asked of the store this is asked most, several times in every turn of every
session: it is put together once, and past the object mapper."""
_END = _OWN.values(state=None, tail=None, over=True)
_REMEMBERED = timedelta(hours=1)
"""For how long the token of a session that is over is told apart from one that never was."""
_REASONS = {
    "resume_unknown": "there is no session of this token; open a new one",
    "resume_used": "this token was used before; take the newest one",
    "resume_expired": "the session of this token is over; open a new one",
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A session that is now this gateway's."""

    id: str
    token: str
    """What opens it next."""
    state: str
    """A snapshot as JSON; empty: nothing was written yet."""
    tail: str
    """Messages as a JSON list; empty: none were kept."""
    ends_at: datetime


class Sessions:
    """Each has one owner at a time. A token opens its session until the client is known to hold
    the next one; only their sha256 are kept."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], owner: str, seal: Seal
    ) -> None:
        """*owner* names this gateway among all that use the store."""
        self._seal = seal
        self._database = database
        self._now = now
        self._owner = owner

    def open(self, session_id: str, longest_s: float) -> tuple[str, datetime]:
        """Keep a new session; returns the token that resumes it, and when it must end."""
        token, ends_at = _new_token(), self._now() + timedelta(seconds=longest_s)
        row = SessionTable(
            id=session_id, owner=self._owner, token=digest(token), previous="", unheld=False,
            over=False, ends_at=kept(ends_at),
        )  # fmt: skip
        with self._database.session() as session:
            self._sweep(session.execute)
            session.add(row)
        return token, ends_at

    def claim(self, token: str) -> Claimed:
        """Take the session of *token* over, whoever had it. The last who does so has it.

        The token counts until `write` says that the client holds the next one: a gateway may die,
        or a connection break, in the moment in which that is handed out.

        Raises:
            WrongState: unknown, used or expired.
        """
        old, new = digest(token), _new_token()
        before = SessionTable.previous == old
        taken = (
            update(SessionTable)
            .where(or_(SessionTable.token == old, before & SessionTable.unheld))
            .where(SessionTable.over.is_(False), SessionTable.ends_at > self._time())
            .values(owner=self._owner, token=digest(new), previous=old, unheld=True)
            .returning(SessionTable.id, SessionTable.state, SessionTable.tail, SessionTable.ends_at)
        )
        with self._database.session() as session:
            if (found := session.execute(taken).first()) is None:
                known = session.scalar(select(SessionTable.id).where(SessionTable.token == old))
                code = "resume_expired" if known else "resume_unknown"
                if known is None and session.scalar(select(SessionTable.id).where(before)):
                    code = "resume_used"
                raise WrongState(code, _REASONS[code])
        session_id, state, tail, ends_at = found
        said = self._seal.open(state or "", f"state {session_id}")
        last = self._seal.open(tail or "", f"tail {session_id}")
        return Claimed(session_id, new, said, last, read(ends_at))

    def seconds_left(self, claimed: Claimed) -> float:
        """Until the session reaches the longest it may last; 0: it has."""
        return max(0.0, (claimed.ends_at - self._now()).total_seconds())

    def write(self, session_id: str, state: str, tail: str = "", held: str = "") -> bool:
        """Keep what a gateway must know to go on. False: it is another gateway's now, or over.

        *held*: sha256 of the token that the client has shown to hold; the one before it is void.
        """
        return self._change(
            _WRITE,
            session_id,
            state_now=self._seal.close(state, f"state {session_id}"),
            tail_now=self._seal.close(tail, f"tail {session_id}") if tail else None,
            held=held,
        )

    def mine(self, session_id: str) -> bool:
        """Whether no other gateway has taken the session over."""
        with self._database.session() as session:
            return session.scalar(select(SessionTable.id).where(self._mine(session_id))) is not None

    def end(self, session_id: str) -> None:
        """The session is over: nothing of what was said in it is kept."""
        self._change(_END, session_id)
        self._database.forget_the_past()

    def _change(self, change: Update, session_id: str, **values: str | None) -> bool:
        values |= {"session": session_id, "gateway": self._owner}
        with self._database.session() as session:
            return session.connection().execute(change, values).rowcount > 0

    def _mine(self, session_id: str) -> ColumnElement[bool]:
        return (SessionTable.id == session_id) & (SessionTable.owner == self._owner)

    def _sweep(self, execute: Callable[..., object]) -> None:
        """Forget the sessions of gateways that died, once nobody can come back to them."""
        left = (SessionTable.ends_at < self._time()) & SessionTable.over.is_(False)
        execute(update(SessionTable).where(left).values(state=None, tail=None, over=True))
        execute(delete(SessionTable).where(SessionTable.ends_at < self._time() - _REMEMBERED))

    def _time(self) -> datetime:
        return kept(self._now())


def digest(token: str) -> str:
    """What is kept of a token, in hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _new_token() -> str:
    return f"rt_{secrets.token_urlsafe(32)}"
