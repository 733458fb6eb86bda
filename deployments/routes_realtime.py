"""The realtime socket, and the secrets that let a browser open it."""

import asyncio
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Body, Depends, Request, WebSocket
from fastapi.responses import JSONResponse

from avatar_serving import metrics
from avatar_serving.errors import AvatarError, Unauthorised
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
from deployments.opening import Opening, with_secret
from deployments.services import Services
from deployments.sitting import begin, resume
from deployments.wire import Wire

router = APIRouter(tags=["realtime"])


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
        held.live.check()
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
        last = socket.query_params.get("last_seq", "0")
        ending = await resume(held, resume_token(socket), last, wire)
    else:
        structlog.contextvars.bind_contextvars(session_id=opening.session_id)
        ending = await begin(held, opening, wire)
    await wire.close(ending.error, ending.code)


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
    await held.allowances.request(caller)
    check_scope(caller, "talk")
    return Opening.of(dict(socket.query_params), locked, caller)
