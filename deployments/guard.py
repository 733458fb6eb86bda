"""Who may call: API keys, other websites, bodies that never end."""

from urllib.parse import urlsplit

from fastapi import Request, WebSocket
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from avatar_serving.errors import LimitExceeded, Unauthorised
from deployments.failures import error_body, status_of
from deployments.services import Services

_SAFE = {"GET", "HEAD", "OPTIONS"}
_SUBPROTOCOL_KEY = "openai-insecure-api-key."
_SUBPROTOCOL_RESUME = "avatar-resume."


def services(connection: HTTPConnection) -> Services:
    return connection.app.state.services


async def require_key(request: Request) -> None:
    """Dependency of every REST route that is not public.

    Raises:
        Unauthorised: keys are required and this one is missing or unknown.
    """
    check_key(services(request), presented_key(request))


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


def check_key(services: Services, key: str | None) -> None:
    if not services.environment.api_key_required:
        return
    if key is None:
        raise Unauthorised("an API key is required: Authorization: Bearer ...")
    if not services.store.verify_key(key):
        raise Unauthorised("unknown API key")


def foreign_origin(connection: HTTPConnection | WebSocket) -> bool:
    """Whether a website other than ours is behind this call (browsers send its name)."""
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc != connection.headers.get("host")


class SameOrigin:
    """Refuse writes and sockets that another website makes a visitor's browser send.

    A local service without keys would otherwise obey any page the user happens to open. A call
    that carries a key is not the browser's doing and passes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        writes = scope["type"] == "http" and scope["method"] not in _SAFE
        if writes or scope["type"] == "websocket":
            connection = HTTPConnection(scope)
            known = presented_key(connection) is not None or resume_token(connection)
            if foreign_origin(connection) and not known:
                return await self._refuse(scope, receive, send)
        await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
            return
        error = Unauthorised("calls from another website need an API key")
        await JSONResponse(error_body(error), 403)(scope, receive, send)


class BodyLimit:
    """Stop reading a request body at *limit* bytes, whatever its header promised."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        promised = int(Headers(scope=scope).get("content-length", "0") or 0)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise LimitExceeded("request body bytes", read, self._limit)
            return message

        if promised > self._limit:
            error = LimitExceeded("request body bytes", promised, self._limit)
            headers = {"Connection": "close"}
            answer = JSONResponse(error_body(error), status_of(error), headers)
            return await answer(scope, receive, send)
        await self._app(scope, counted, send)
