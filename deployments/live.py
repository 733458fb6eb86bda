"""The sessions of one gateway that can be resumed, and what becomes of them when it stops."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from avatar_serving import logs, metrics
from avatar_serving.errors import Unavailable, WrongState
from avatar_serving.flow import until
from avatar_serving.session.line import Ending, Line
from avatar_serving.session.session import Session
from avatar_serving.store import Caller
from avatar_serving.store.sessions import Claimed, Sessions, digest
from deployments.hosted import CLOSE_RESTART, Hosted, Kept
from deployments.wire import Wire

log = logs.get()
_END_S = 5.0
_RETRY_AFTER_S = 1.0
_THREADS = 4
"""Calls of the store at a time; they wait where it does, and nothing else may wait for them."""
_REST_TICK_S, _ENDING_TICK_S = 0.1, 0.02

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Returned:
    """A client has come back."""

    hosted: Hosted
    token: str
    """The next one."""
    kept: Kept | None
    """What to go on from; None: the session runs here."""
    ends_in_s: float


class Live:
    """A token opens a session here or at another gateway of the same store."""

    def __init__(self, sessions: Sessions, grace_s: float, longest_s: float) -> None:
        self.grace_s = grace_s
        self.longest_s = longest_s
        self.draining = False
        self._sessions = sessions
        self._hosted: dict[str, Hosted] = {}
        self._tokens: dict[str, str] = {}
        """By sha256 of the token, ids of the sessions that run here."""
        self._ending: set[str] = set()
        """Sessions that are over, and are being written down as such."""
        self._plain: set[tuple[Session, Wire]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(_THREADS, "store")

    def check(self) -> None:
        """Raises:
        Unavailable: this gateway takes nobody any more.
        """
        if self.draining:
            raise Unavailable("this gateway is about to stop", _RETRY_AFTER_S)

    async def open(self, session_id: str, caller: Caller) -> tuple[Hosted, str]:
        """A new session, and the token that resumes it."""
        token, _ = await self._in_store(self._sessions.open, session_id, self.longest_s)
        hosted = self._host(session_id, caller.label, Line(self.grace_s))
        self._tokens[digest(token)] = session_id
        return hosted, token

    def knows(self, token: str) -> bool:
        """Whether the session of *token* runs here."""
        return digest(token) in self._tokens

    async def redeem(self, token: str, after: int) -> Returned:
        """The session of a *token* for a client that has received all *after* the message of that
        number. The token is used up once the client has said something.

        Raises:
            WrongState: unknown, used or expired, or too much was said since.
            Unavailable: the store does not answer.
        """
        known = self._tokens.get(digest(token), "")
        await until(lambda: known not in self._ending, _ENDING_TICK_S)
        here = self._hosted.get(known)
        if here is not None:
            here.line.check(after)
        try:
            claimed = await self._in_store(self._sessions.claim, token)
        except WrongState as error:
            metrics.resumed.labels(error.code).inc()
            raise
        self._tokens[digest(claimed.token)] = claimed.id
        ends_in_s = self._sessions.seconds_left(claimed)
        here = self._hosted.get(claimed.id)
        if here is not None and not here.moved:
            metrics.resumed.labels("resumed").inc()
            return Returned(here, claimed.token, None, ends_in_s)
        return self._take_over(claimed, after, ends_in_s)

    def run(self, hosted: Hosted, session: Coroutine[Any, Any, Ending]) -> None:
        """Run *session* to its end, whatever becomes of its connections."""
        task = asyncio.create_task(self._run(hosted, session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @contextmanager
    def plain(self, session: Session, wire: Wire) -> Generator[None, None, None]:
        """Know of a session that cannot be resumed."""
        both = session, wire
        self._plain.add(both)
        try:
            yield
        finally:
            self._plain.discard(both)

    async def drain(self, within_s: float) -> None:
        """The gateway is about to stop: each session ends here after its turn, or *within_s*, and
        goes on elsewhere if its client can resume it."""
        self.draining = True
        ends = asyncio.get_running_loop().time() + within_s
        for _ in range(2):  # somebody may have been let in a moment before
            moves = [h.move(within_s) for h in list(self._hosted.values()) if not h.moved]
            parts = [_dismiss(session, wire, ends) for session, wire in list(self._plain)]
            for failed in await asyncio.gather(*moves, *parts, return_exceptions=True):
                if isinstance(failed, Exception):
                    log.error("a session could not be moved", exc_info=failed)
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_END_S)

    def close(self) -> None:
        self._threads.shutdown(wait=False)

    def _take_over(self, claimed: Claimed, after: int, ends_in_s: float) -> Returned:
        if not claimed.state:
            metrics.resumed.labels("resume_expired").inc()
            raise WrongState("resume_expired", "the session ended before anything was said")
        kept = Kept.model_validate_json(claimed.state)
        tail: list[str] = json.loads(claimed.tail) if claimed.tail else []
        session = kept.session
        line = Line(self.grace_s, max(session.seq, after), tail, session.received)
        hosted = self._host(claimed.id, kept.label, line)
        metrics.resumed.labels("moved").inc()
        return Returned(hosted, claimed.token, kept, ends_in_s)

    def _host(self, session_id: str, label: str, line: Line) -> Hosted:
        hosted = Hosted(self._sessions, self._in_store, line, session_id, label)
        self._hosted[session_id] = hosted
        return hosted

    async def _run(self, hosted: Hosted, session: Coroutine[Any, Any, Ending]) -> None:
        try:
            hosted.line.finish(await session)
        finally:
            hosted.line.finish(Ending(None, CLOSE_RESTART))
            self._ending.add(hosted.id)
            await hosted.end()
            self._ending.discard(hosted.id)
            if self._hosted.get(hosted.id) is hosted:
                del self._hosted[hosted.id]
                gone = [known for known, owner in self._tokens.items() if owner == hosted.id]
                for known in gone:
                    del self._tokens[known]

    async def _in_store(self, call: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *arguments)


async def _dismiss(session: Session, wire: Wire, ends: float) -> None:
    """Let the turn end, then close: the client may open a new session elsewhere."""
    now = asyncio.get_running_loop().time
    await until(lambda: session.at_rest or now() >= ends, _REST_TICK_S)
    await wire.close(None, CLOSE_RESTART)
