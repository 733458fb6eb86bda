"""Sessions over a socket: begun, resumed, and how they end."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from avatar_serving import logs, metrics
from avatar_serving.errors import (
    AvatarError,
    InvalidRequest,
    LimitExceeded,
    Overloaded,
    RateLimited,
    Unavailable,
)
from avatar_serving.protocol.avatar import AvatarQueued
from avatar_serving.protocol.base import dump
from avatar_serving.session.line import ConnectionLost, Ending
from avatar_serving.session.session import Session
from avatar_serving.store import Caller
from deployments.live import Returned
from deployments.opening import Opening, open_session, reopen_session
from deployments.services import Services
from deployments.wire import Wire

log = logs.get()
_NORMAL, _POLICY, _TOO_BIG, _INTERNAL, _LATER = 1000, 1008, 1009, 1011, 1013
_GONE = Ending(None, _NORMAL)
Send = Callable[[str], Awaitable[None]]
Opened = Callable[[Send], Awaitable[Session]]


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session, while this gateway runs it."""

    held: Services
    session_id: str
    caller: Caller
    slot: AbstractContextManager[object]
    """A place for it."""
    ends_in_s: float
    opened: Opened
    patient: bool = False
    """It waits for its place."""

    async def run(self, send: Send, messages: AsyncGenerator[str, None]) -> Ending:
        """From its start to its end, which is said, not raised."""
        try:
            if self.patient:
                await self.held.sessions.turn(lambda place: send(dump(AvatarQueued(place=place))))
            with (
                self.slot,
                metrics.sessions.track_inprogress(),
            ):
                async with (
                    self.held.allowances.session(self.caller, self.session_id),
                    asyncio.timeout(self.ends_in_s),
                ):
                    session = await self.opened(send)
                    await session.run(messages)
        except TimeoutError:
            limit_s = self.held.profile.limits.session_s
            return Ending(LimitExceeded("limits.session_s", limit_s, limit_s), _NORMAL)
        except ConnectionLost:
            return _GONE
        except AvatarError as error:
            return _ended_by(error)
        except Exception as error:
            log.error("session failed", exc_info=error)
            return Ending(AvatarError("the session failed on the server"), _INTERNAL)
        return _GONE


async def begin(held: Services, opening: Opening, wire: Wire) -> Ending:
    """Hold a new session until its connection ends."""
    if not opening.resumable:
        return await _plain(held, opening, wire)
    try:
        hosted, token = await held.live.open(opening.session_id, opening.caller)
    except AvatarError as error:
        return _ended_by(error)

    async def opened(send: Send) -> Session:
        return await hosted.begin(await open_session(held, opening, send))

    sitting = _new(held, opening, opened)
    held.live.run(hosted, sitting.run(hosted.line.send, hosted.line.messages()))
    greeting = hosted.greeting(token, held.live.grace_s)
    return await hosted.line.carry(wire, greeting) or _GONE


async def resume(held: Services, token: str, last: str, wire: Wire) -> Ending:
    """Go on with a session whose connection was lost; *last* is the number of the last message
    that its client has received."""
    slot = ExitStack()
    try:
        if not last.isdecimal():
            raise InvalidRequest("last_seq: the number of the last message received", "last_seq")
        if not held.live.knows(token):
            slot.enter_context(held.sessions.reserve())
        back = await held.live.redeem(token, int(last))
    except AvatarError as error:
        slot.close()
        return _ended_by(error)
    line = back.hosted.line
    if back.kept is None:
        slot.close()
    else:
        sitting = _taken_over(held, back, slot)
        held.live.run(back.hosted, sitting.run(line.send, line.messages()))
    greeting = back.hosted.greeting(back.token, held.live.grace_s)
    return await line.carry(wire, greeting, line.reachable(int(last))) or _GONE


def _new(held: Services, opening: Opening, opened: Opened) -> Sitting:
    slot = held.sessions.reserve(waited=opening.patient)
    longest_s = held.profile.limits.session_s
    return Sitting(
        held, opening.session_id, opening.caller, slot, longest_s, opened, opening.patient
    )


def _taken_over(held: Services, back: Returned, slot: ExitStack) -> Sitting:
    kept = back.kept
    assert kept is not None

    async def opened(send: Send) -> Session:
        return back.hosted.attach(await reopen_session(held, kept.session, send))

    return Sitting(held, back.hosted.id, kept.caller, slot, back.ends_in_s, opened)


async def _plain(held: Services, opening: Opening, wire: Wire) -> Ending:
    """A session that ends with its connection."""
    with ExitStack() as noted:

        async def opened(send: Send) -> Session:
            session = await open_session(held, opening, send)
            noted.enter_context(held.live.plain(session, wire))
            return session

        sitting = _new(held, opening, opened)
        return await sitting.run(wire.send, wire.messages())


def _ended_by(error: AvatarError) -> Ending:
    if isinstance(error, Overloaded | RateLimited | Unavailable):
        return Ending(error, _LATER)
    return Ending(error, _TOO_BIG if isinstance(error, LimitExceeded) else _POLICY)
