"""Who may call, and for what: API keys, their scopes and limits, avatars that are another's."""

import asyncio

from fastapi import Request
from starlette.requests import HTTPConnection

from avatar_serving.errors import Forbidden, NotFound, Unauthorised
from avatar_serving.store import ANYBODY, AvatarRow, Caller, Scope
from deployments.services import Services

_SUBPROTOCOL_KEY = "openai-insecure-api-key."
_SUBPROTOCOL_RESUME = "avatar-resume."
_TALKING = ("/v1/realtime", "/v1/chat/", "/v1/audio/")


def services(connection: HTTPConnection) -> Services:
    return connection.app.state.services


async def require_key(request: Request) -> None:
    """Dependency of every REST route that is not public. Leaves who calls in the request.

    Raises:
        Unauthorised: keys are required and this one is missing or unknown.
        Forbidden: the key is for other things.
        RateLimited: it has been used too often in the last minute.
    """
    held = services(request)
    caller = await find_caller(held, presented_key(request))
    request.state.caller = caller
    request.state.standing = await held.allowances.request(caller)
    check_scope(caller, scope_of(request.method, request.scope["path"]))


def caller_of(request: Request) -> Caller:
    """Who calls a route that `require_key` guards."""
    return request.state.caller


def scope_of(method: str, path: str) -> Scope:
    """What a REST call is. Whatever is not known to be harmless counts as creating."""
    if path.startswith("/v1/memories"):
        return "memories"
    if method in ("GET", "HEAD"):
        return "read"
    return "talk" if path.startswith(_TALKING) else "create"


def check_scope(caller: Caller, scope: Scope) -> None:
    """Raises Forbidden."""
    if scope not in caller.scopes:
        raise Forbidden(scope, tuple(sorted(caller.scopes)))


async def find_caller(services: Services, key: str | None) -> Caller:
    """Raises:
    Unauthorised: keys are required and this one is missing or unknown.
    """
    if not services.environment.api_key_required:
        return ANYBODY
    if key is None:
        raise Unauthorised("an API key is required: Authorization: Bearer ...")
    caller = await asyncio.to_thread(services.store.caller, key)
    if caller is None:
        raise Unauthorised("unknown API key")
    return caller


def presented_key(connection: HTTPConnection) -> str | None:
    """The key of a request: a bearer token, or the subprotocol a browser's WebSocket can send."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    for offered in subprotocols(connection):
        if offered.startswith(_SUBPROTOCOL_KEY):
            return offered.removeprefix(_SUBPROTOCOL_KEY)
    return None


def resume_token(connection: HTTPConnection) -> str:
    """The token of a client that comes back; empty: none. It is no part of the address, because
    addresses end up in logs."""
    offered = (p for p in subprotocols(connection) if p.startswith(_SUBPROTOCOL_RESUME))
    return next(offered, "").removeprefix(_SUBPROTOCOL_RESUME)


def subprotocols(connection: HTTPConnection) -> list[str]:
    header = connection.headers.get("sec-websocket-protocol", "")
    return [part.strip() for part in header.split(",") if part.strip()]


def sees(caller: Caller, owner: str) -> bool:
    """Keys without an owner are the house's and see all; what has no owner is everybody's."""
    return caller.owner in ("", owner) or not owner


def avatar_for(services: Services, caller: Caller, avatar_id: str) -> AvatarRow:
    """Blocks on the store.

    Raises:
        NotFound: no such avatar, or it is another owner's.
    """
    row = services.store.avatar(avatar_id)
    if not sees(caller, row.owner):
        raise NotFound("avatar", avatar_id)
    return row


def own_avatar(services: Services, caller: Caller, avatar_id: str) -> AvatarRow:
    """One that the caller may change. Blocks on the store.

    Raises:
        NotFound: no such avatar, or it is another owner's.
        Forbidden: it is everybody's, and the caller's key has an owner.
    """
    row = avatar_for(services, caller, avatar_id)
    if caller.owner not in ("", row.owner):
        raise Forbidden("change what is everybody's", tuple(sorted(caller.scopes)))
    return row
