"""The realtime socket, and the secrets that let a browser open it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Body, Depends, Request, WebSocket
from fastapi.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect, WebSocketState

from avatar_serving import logs, metrics
from avatar_serving.errors import AvatarError, LimitExceeded, Overloaded, Unauthorised
from avatar_serving.protocol.base import dump
from avatar_serving.session.outbox import error_event
from deployments.failures import error_body, status_of
from deployments.guard import check_key, presented_key, require_key, services, subprotocols
from deployments.opening import Opening, open_session, with_secret
from deployments.services import Services

log = logs.get()
router = APIRouter(tags=["realtime"])

_SEND_TIMEOUT_S = 20.0
_CLOSE_NORMAL, _CLOSE_POLICY, _CLOSE_TOO_BIG, _CLOSE_INTERNAL, _CLOSE_LATER = (
    1000, 1008, 1009, 1011, 1013,
)  # fmt: skip


@router.post("/v1/realtime/client_secrets", dependencies=[Depends(require_key)])
async def client_secret(
    request: Request, body: Annotated[dict[str, Any], Body()]
) -> dict[str, Any]:
    """A short-lived secret with which a browser can open one session."""
    return await asyncio.to_thread(with_secret, services(request), body)


@router.websocket("/v1/realtime")
async def realtime(socket: WebSocket) -> None:
    """OpenAI Realtime GA over WebSocket; see docs/protocol.md."""
    held = services(socket)
    try:
        opening = await _admit(socket, held)
    except AvatarError as error:
        metrics.refused.labels(error.code).inc()
        await socket.send_denial_response(JSONResponse(error_body(error), status_of(error)))
        return
    offered = subprotocols(socket)
    await socket.accept(subprotocol="realtime" if "realtime" in offered else None)
    wire = Wire(socket, held.profile.limits.message_bytes)
    structlog.contextvars.bind_contextvars(session_id=opening.session_id)
    try:
        with held.sessions.reserve(), metrics.sessions.track_inprogress():
            async with asyncio.timeout(held.profile.limits.session_s):
                session = await open_session(held, opening, wire.send)
                await session.run(wire.messages())
    except TimeoutError:
        limit = held.profile.limits.session_s
        await wire.close(LimitExceeded("limits.session_s", limit, limit), _CLOSE_NORMAL)
    except Overloaded as error:
        await wire.close(error, _CLOSE_LATER)
    except LimitExceeded as error:
        await wire.close(error, _CLOSE_TOO_BIG)
    except AvatarError as error:
        await wire.close(error, _CLOSE_POLICY)
    except WebSocketDisconnect:
        pass
    except Exception as error:
        log.error("session failed", exc_info=error)
        await wire.close(AvatarError("the session failed on the server"), _CLOSE_INTERNAL)
    else:
        await wire.close(None, _CLOSE_NORMAL)


async def _admit(socket: WebSocket, held: Services) -> Opening:
    key = presented_key(socket)
    locked = None
    if key is not None and key.startswith("ek_"):
        locked = await asyncio.to_thread(held.store.redeem_secret, key)
        if locked is None:
            raise Unauthorised("unknown, used or expired client secret")
    else:
        await asyncio.to_thread(check_key, held, key)
    return Opening.of(dict(socket.query_params), locked)


class Wire:
    """The socket as the session sees it: texts in, texts out, one writer at a time."""

    def __init__(self, socket: WebSocket, longest: int) -> None:
        self._socket = socket
        self._longest = longest
        self._writing = asyncio.Lock()

    async def send(self, text: str) -> None:
        """Raises:
        WebSocketDisconnect: the client is gone, or has read nothing for 20 s.
        """
        async with self._writing:
            if self._socket.application_state is not WebSocketState.CONNECTED:
                raise WebSocketDisconnect(1006)
            try:
                async with asyncio.timeout(_SEND_TIMEOUT_S):
                    await self._socket.send_text(text)
            except (RuntimeError, TimeoutError, OSError) as error:
                raise WebSocketDisconnect(1006) from error

    async def messages(self) -> AsyncGenerator[str, None]:
        """Raises:
        LimitExceeded: a message is longer than ``limits.message_bytes``.
        """
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
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
        except (WebSocketDisconnect, RuntimeError):
            pass
