"""What browsers are allowed: other websites, frames, scripts. What they must not be made to do."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from avatar_serving.errors import AvatarError, Unauthorised
from deployments.allowances import rate_headers
from deployments.failures import error_body

_SAFE = {"GET", "HEAD", "OPTIONS"}
_API_DOCS = "/docs"
_PAGE = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
"""Wasm sees the user's face, scripts set styles, pictures and sounds are blobs."""
_DOCS = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""The page of the REST calls has its style in it, and no script."""
_OTHER = "default-src 'none'; frame-ancestors 'none'"
_NOT_MODIFIED = 304
"""Its headers replace those of the answer that a browser has kept, whose policy stands."""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
}
"""Of every answer."""


class OwnWebsite:
    """Refuse writes and sockets that another website makes a visitor's browser send.

    A local service without keys would otherwise obey any page the user happens to open. Where keys
    are asked for, a call without one is refused later anyway, and one with a key is not the
    browser's doing. Names that lead here without being ours are refused as well, or a website could
    let its own name lead to this machine and so be no foreign one.
    """

    def __init__(
        self, app: ASGIApp, *, keys: bool, local: bool, origins: Sequence[str] = ()
    ) -> None:
        """*keys*: callers need one. *local*: only this machine can reach the service."""
        self._app = app
        self._keys = keys
        self._local = local
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._keys:
            connection = HTTPConnection(scope)
            writes = scope["type"] == "websocket" or scope["method"] not in _SAFE
            if writes and self._foreign(connection):
                reason = "calls from another website are refused; see `origins` in docs/options.md"
                return await _refuse(reason, scope, receive, send)
            if self._local and not self._is_ours(connection.headers.get("host", "")):
                reason = "a service of this machine alone is called localhost"
                return await _refuse(reason, scope, receive, send)
        await self._app(scope, receive, send)

    def _foreign(self, connection: HTTPConnection) -> bool:
        origin = connection.headers.get("origin")
        if origin is None or origin in self._origins:
            return False
        return urlsplit(origin).netloc != connection.headers.get("host")

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            known = {urlsplit(origin).hostname for origin in self._origins}
            if not name or name == "localhost" or name.endswith(".localhost") or name in known:
                return True
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


async def _refuse(reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    error: AvatarError = Unauthorised(reason)
    await JSONResponse(error_body(error), 403)(scope, receive, send)


class SafeHeaders:
    """Headers that tell browsers what an answer may do, and callers what their key has left."""

    def __init__(self, app: ASGIApp, origins: Sequence[str] = ()) -> None:
        self._app = app
        self._page = _PAGE.format(ancestors=" ".join(["'self'", *origins]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if message["status"] != _NOT_MODIFIED:
                    headers.setdefault("Content-Security-Policy", self._policy(scope, headers))
                standing = scope.get("state", {}).get("standing")
                if standing is not None:
                    headers.update(rate_headers(standing))
            await send(message)

        await self._app(scope, receive, told)

    def _policy(self, scope: Scope, headers: MutableHeaders) -> str:
        if not headers.get("content-type", "").startswith("text/html"):
            return _OTHER
        return _DOCS if scope["path"] == _API_DOCS else self._page
