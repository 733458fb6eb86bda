"""The realtime socket, and the secrets that let a browser open it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Body, Depends, Request, WebSocket
from fastapi.responses import JSONResponse
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect, WebSocketState

from avatar_serving import logs, metrics
from avatar_serving.errors import (
    AvatarError,
    InvalidRequest,
    LimitExceeded,
    Overloaded,
    RateLimited,
    Unauthorised,
)
from avatar_serving.protocol.base import dump
from avatar_serving.session.line import ConnectionLost, Ending
from avatar_serving.session.outbox import error_event
from deployments.failures import error_body, headers_of, status_of
from deployments.guard import (
    caller_of,
    check_scope,
    find_caller,
    presented_key,
    require_key,
    resume_token,
    services,
    subprotocols,
)
from deployments.opening import Opening, open_session, with_secret
from deployments.services import Services

log = logs.get()
router = APIRouter(tags=["realtime"])

_SEND_TIMEOUT_S = 20.0
_CLOSE_NORMAL, _CLOSE_POLICY, _CLOSE_TOO_BIG, _CLOSE_INTERNAL, _CLOSE_LATER = (
    1000, 1008, 1009, 1011, 1013,
)  # fmt: skip
_LEFT = (1000, 1001, 1005)
"""Close codes of a client that leaves on purpose."""


@router.post("/v1/realtime/client_secrets", dependencies=[Depends(require_key)])
async def client_secret(
    request: Request, body: Annotated[dict[str, Any], Body()]
) -> dict[str, Any]:
    """A short-lived secret with which a browser can open one session."""
    return await asyncio.to_thread(with_secret, services(request), body, caller_of(request))


@router.websocket("/v1/realtime")
async def realtime(socket: WebSocket) -> None:
    """OpenAI Realtime GA over WebSocket; see docs/protocol.md."""
    held = services(socket)
    try:
        opening = None if resume_token(socket) else await _admit(socket, held)
    except AvatarError as error:
        metrics.refused.labels(error.code).inc()
        answer = JSONResponse(error_body(error), status_of(error), headers_of(error))
        await socket.send_denial_response(answer)
        return
    offered = subprotocols(socket)
    await socket.accept(subprotocol="realtime" if "realtime" in offered else None)
    wire = Wire(socket, held.profile.limits.message_bytes)
    if opening is None:
        ending = await _resume(socket, held, wire)
    else:
        structlog.contextvars.bind_contextvars(session_id=opening.session_id)
        ending = await _open(held, opening, wire)
    await wire.close(ending.error, ending.code)


async def _open(held: Services, opening: Opening, wire: "Wire") -> Ending:
    if not opening.resumable:
        return await _session(held, opening, wire.send, wire.messages())
    line = held.live.open()
    greeting = held.live.greeting(line)
    held.live.hold(line, _session(held, opening, line.send, line.messages()))
    return await line.carry(wire, greeting) or Ending(None, _CLOSE_NORMAL)


async def _resume(socket: WebSocket, held: Services, wire: "Wire") -> Ending:
    """Go on with a session whose connection was lost."""
    try:
        last = socket.query_params.get("last_seq", "0")
        if not last.isdecimal():
            raise InvalidRequest("last_seq: the number of the last message received", "last_seq")
        line = held.live.redeem(resume_token(socket), int(last))
    except AvatarError as error:
        return Ending(error, _CLOSE_POLICY)
    greeting = held.live.greeting(line)
    return await line.carry(wire, greeting, int(last)) or Ending(None, _CLOSE_NORMAL)


async def _session(
    held: Services,
    opening: Opening,
    send: Callable[[str], Awaitable[None]],
    messages: AsyncGenerator[str, None],
) -> Ending:
    """A session from its start to its end, which is said, not raised."""
    limit_s = held.profile.limits.session_s
    try:
        with (
            held.allowances.session(opening.caller),
            held.sessions.reserve(),
            metrics.sessions.track_inprogress(),
        ):
            async with asyncio.timeout(limit_s):
                session = await open_session(held, opening, send)
                await session.run(messages)
    except TimeoutError:
        return Ending(LimitExceeded("limits.session_s", limit_s, limit_s), _CLOSE_NORMAL)
    except (Overloaded, RateLimited) as error:
        return Ending(error, _CLOSE_LATER)
    except LimitExceeded as error:
        return Ending(error, _CLOSE_TOO_BIG)
    except AvatarError as error:
        return Ending(error, _CLOSE_POLICY)
    except ConnectionLost:
        return Ending(None, _CLOSE_NORMAL)
    except Exception as error:
        log.error("session failed", exc_info=error)
        return Ending(AvatarError("the session failed on the server"), _CLOSE_INTERNAL)
    return Ending(None, _CLOSE_NORMAL)


async def _admit(socket: WebSocket, held: Services) -> Opening:
    key = presented_key(socket)
    locked = None
    if key is not None and key.startswith("ek_"):
        redeemed = await asyncio.to_thread(held.store.redeem_secret, key)
        if redeemed is None:
            raise Unauthorised("unknown, used or expired client secret")
        locked, caller = redeemed.session, redeemed.caller
    else:
        caller = await find_caller(held, key)
    held.allowances.request(caller)
    check_scope(caller, "talk")
    return Opening.of(dict(socket.query_params), locked, caller)


def _left(message: Message) -> bool:
    """Whether a client has closed the connection. Of one that was cut the server gives no reason,
    and by default the code of a client that gave none."""
    return message.get("code") in _LEFT and "reason" in message


class Wire:
    """The socket as the session sees it: texts in, texts out, one writer at a time."""

    def __init__(self, socket: WebSocket, longest: int) -> None:
        self._socket = socket
        self._longest = longest
        self._writing = asyncio.Lock()

    async def send(self, text: str) -> None:
        """Raises:
        ConnectionLost: the client is gone, or has read nothing for 20 s.
        """
        async with self._writing:
            if self._socket.application_state is not WebSocketState.CONNECTED:
                raise ConnectionLost
            try:
                async with asyncio.timeout(_SEND_TIMEOUT_S):
                    await self._socket.send_text(text)
            except (WebSocketDisconnect, RuntimeError, TimeoutError, OSError) as error:
                raise ConnectionLost from error

    async def messages(self) -> AsyncGenerator[str, None]:
        """Raises:
        LimitExceeded: a message is longer than ``limits.message_bytes``.
        ConnectionLost: the client is gone without having closed the connection.
        """
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                if not _left(message):
                    raise ConnectionLost
                return
            text = message.get("text")
            if text is None:
                text = (message.get("bytes") or b"").decode("utf-8", "replace")
            if len(text) > self._longest:
                raise LimitExceeded("limits.message_bytes", len(text), self._longest)
            yield text

    async def close(self, error: AvatarError | None, code: int) -> None:
        """Say why, then close. A client that is gone already is not an error."""
        try:
            if error is not None:
                await self.send(dump(error_event(error)))
            if self._socket.application_state is WebSocketState.CONNECTED:
                reason = error.message[:120] if error else ""
                await self._socket.close(code, reason)
        except (ConnectionLost, WebSocketDisconnect, RuntimeError):
            pass
