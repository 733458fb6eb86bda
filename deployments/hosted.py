"""One session that can be resumed: here over its line, and by another gateway out of the store."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ConfigDict

from avatar_serving import logs
from avatar_serving.errors import AvatarError
from avatar_serving.flow import until
from avatar_serving.protocol.avatar import AvatarResumeToken
from avatar_serving.protocol.base import dump
from avatar_serving.session.line import Ending, Line
from avatar_serving.session.session import Session
from avatar_serving.session.snapshot import SessionSnapshot
from avatar_serving.store import Caller
from avatar_serving.store.sessions import Sessions, digest

log = logs.get()
CLOSE_RESTART = 1012
_PAUSE_S = 0.5
"""A session is written down this often at most."""
_LOOK_S = 2.0
"""How often a session without a connection looks whether another gateway has taken it."""
_TICK_S = 0.05
_STILL_S = 1.0
"""How long a client may take to say that it is still."""
_WORDS_S = 5.0
"""How long the words of an answer that is moved are waited for."""
_AGAIN_S = 1.0
_TRIES = 10
_TAIL_BYTES = 1 << 20
"""Newest messages that are written for a client without a connection: some ten seconds of sound."""

InStore = Callable[..., Awaitable[Any]]
"""Do a call of the store in a thread: ``await in_store(call, *arguments)``."""


class Kept(BaseModel):
    """What is written of a session."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    """Of the key that it was opened with."""
    session: SessionSnapshot

    @property
    def caller(self) -> Caller:
        return Caller(self.label, self.session.identity.owner, frozenset({"talk"}))


class Hosted:
    """Written down whenever it has changed, so that a gateway that dies takes little with it."""

    def __init__(
        self, sessions: Sessions, in_store: InStore, line: Line, session_id: str, label: str
    ) -> None:
        self.id = session_id
        self.line = line
        self.moved = False
        """Another gateway has it, or may have it."""
        self._sessions = sessions
        self._in_store = in_store
        self._label = label
        self._session: Session | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._offered = self._held = ""
        """sha256 of the newest token that the client was sent, and of that which it must have."""
        line.on_heard = self._heard

    async def begin(self, session: Session) -> Session:
        """Run a new session, which is written down before its client hears of it."""
        try:
            await self._put(session.snapshot(self.line.seq), [])
        except AvatarError as error:
            log.warning("a session could not be written down", code=error.code)
        return self.attach(session)

    def attach(self, session: Session) -> Session:
        """The session runs from now on."""
        self._session = session
        self.line.on_lost = session.told.set
        self._keeping = asyncio.create_task(self._keep(session))
        return session

    def greeting(self, token: str, grace_s: float) -> str:
        """The first message of a connection."""
        line = self.line
        self._offered = digest(token)
        event = AvatarResumeToken(
            token=token, expires_in_s=grace_s, seq=line.seq, received=line.received
        )
        return dump(event)

    async def end(self) -> None:
        """The session is over."""
        await self._stop_keeping()
        if not self.moved:
            with suppress(AvatarError):
                await self._in_store(self._sessions.end, self.id)

    async def move(self, within_s: float) -> None:
        """Hand the session over: to whichever gateway its client finds next."""
        session = self._session
        if session is None or self.moved:
            return self._close()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._come_to_rest(session, within_s)
        if self.line.connected:
            with suppress(TimeoutError):
                async with asyncio.timeout(_STILL_S):
                    await session.warn(0)
                    await session.still.wait()
        await self._stop_keeping()
        kept = await session.part(lambda: self.line.seq, _WORDS_S)
        await self._write_at_last(kept)
        with suppress(TimeoutError):
            async with asyncio.timeout(_STILL_S):
                await self.line.delivered()
        self._close()

    async def _come_to_rest(self, session: Session, within_s: float) -> None:
        await session.warn(within_s)
        await until(lambda: session.at_rest or not self.line.connected, _TICK_S)

    async def _keep(self, session: Session) -> None:
        while True:
            try:
                changed = await self._news(session)
                mine = await (self._write(session) if changed else self._still_mine())
            except AvatarError as error:
                log.warning("a session could not be written down", code=error.code)
                session.told.set()
                mine = True
                await asyncio.sleep(_AGAIN_S)
            if not mine:
                return self._close()
            await asyncio.sleep(_PAUSE_S)

    async def _news(self, session: Session) -> bool:
        """Whether the session may have changed; else it has no connection, and time has passed."""
        try:
            async with asyncio.timeout(None if self.line.connected else _LOOK_S):
                await session.told.wait()
        except TimeoutError:
            return False
        session.told.clear()
        return True

    async def _write(self, session: Session) -> bool:
        kept = session.snapshot(self.line.seq)
        if self.line.connected:
            return await self._put(kept, [])
        said = base64.b64encode(session.unsaid()).decode()
        kept = kept.model_copy(update={"hearing": said})
        return await self._put(kept, self.line.tail(_TAIL_BYTES))

    async def _write_at_last(self, kept: SessionSnapshot) -> None:
        tail = self.line.tail(_TAIL_BYTES)
        for _ in range(_TRIES):
            try:
                await self._put(kept, tail)
                return
            except AvatarError as error:
                log.warning("a session could not be written down", code=error.code)
                await asyncio.sleep(_AGAIN_S)
        log.error("a session is lost: the store does not take it")

    async def _put(self, kept: SessionSnapshot, tail: list[str]) -> bool:
        kept = kept.model_copy(update={"received": self.line.handled})
        state = Kept(label=self._label, session=kept).model_dump_json()
        lines = json.dumps(tail) if tail else ""
        async with self._writing:
            return await self._in_store(self._sessions.write, self.id, state, lines, self._held)

    async def _still_mine(self) -> bool:
        return await self._in_store(self._sessions.mine, self.id)

    async def _stop_keeping(self) -> None:
        task, self._keeping = self._keeping, None
        if task is None or task is asyncio.current_task():
            return
        async with self._writing:  # a write that is under way would else end after the last one
            task.cancel()
        await asyncio.wait({task})

    def _heard(self) -> None:
        """Whoever speaks has received the greeting: the token before is void from now on."""
        if self._held != self._offered:
            self._held = self._offered
            if self._session is not None:
                self._session.told.set()

    def _close(self) -> None:
        """This gateway has nothing more to do with it."""
        self.moved = True
        self.line.finish(Ending(None, CLOSE_RESTART))
        self.line.leave()
