"""Sessions that wait for a client to come back, and the tokens that it comes back with."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any

from avatar_serving import metrics
from avatar_serving.errors import WrongState
from avatar_serving.protocol.avatar import AvatarResumeToken
from avatar_serving.protocol.base import dump
from avatar_serving.session.line import Ending, Line

_CLOSE_RESTART = 1012
_DRAIN_S = 5.0
_REMEMBERED = 10_000
"""Tokens of the past that are still told apart from ones that never were."""


class Live:
    """The lines of one gateway. A token opens a line once; it is kept as its sha256 only."""

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._lines: dict[str, Line] = {}
        self._past: OrderedDict[str, str] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> Line:
        return Line(self._grace_s)

    def hold(self, line: Line, session: Coroutine[Any, Any, Ending]) -> None:
        """Run *session* to its end, whatever becomes of its connections."""
        task = asyncio.create_task(self._hold(line, session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def greeting(self, line: Line) -> str:
        """A message with a new token for *line*; the one before it is void."""
        self._forget(line, "resume_used")
        token = f"rt_{secrets.token_urlsafe(32)}"
        self._lines[_digest(token)] = line
        event = AvatarResumeToken(token=token, expires_in_s=self._grace_s, seq=line.seq)
        return dump(event)

    def redeem(self, token: str, after: int) -> Line:
        """The line of a *token*, which is used up.

        Raises:
            WrongState: unknown, used or expired, or too much was said since.
        """
        digest = _digest(token)
        line = self._lines.get(digest)
        if line is None:
            code = self._past.get(digest, "resume_unknown")
            metrics.resumed.labels(code).inc()
            raise WrongState(code, _REASONS[code])
        line.check(after)
        self._forget(line, "resume_used")
        metrics.resumed.labels("resumed").inc()
        return line

    async def drain(self) -> None:
        """The gateway is about to stop: every client is told to connect again."""
        for line in list(self._lines.values()):
            line.finish(Ending(None, _CLOSE_RESTART))
            line.leave()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_DRAIN_S)

    async def _hold(self, line: Line, session: Coroutine[Any, Any, Ending]) -> None:
        try:
            line.finish(await session)
        finally:
            line.finish(Ending(None, _CLOSE_RESTART))
            self._forget(line, "resume_expired")

    def _forget(self, line: Line, code: str) -> None:
        for digest in [d for d, known in self._lines.items() if known is line]:
            del self._lines[digest]
            self._past[digest] = code
        while len(self._past) > _REMEMBERED:
            self._past.popitem(last=False)


_REASONS = {
    "resume_unknown": "there is no session of this token; open a new one",
    "resume_used": "this token was used before; take the newest one",
    "resume_expired": "the session of this token is over; open a new one",
}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
