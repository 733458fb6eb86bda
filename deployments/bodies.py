"""Bodies of requests: bounded in size and in time, whatever their headers promise."""

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from avatar_serving.errors import AvatarError, LimitExceeded
from deployments.failures import error_body, status_of


class BodyLimit:
    """Stop reading a request's body when it is too long, or too slow.

    Files come as forms; everything else is read as one text, and bounded more tightly.
    """

    def __init__(self, app: ASGIApp, *, form: int, text: int, longest_s: float) -> None:
        """*form* and *text* in bytes."""
        self._app = app
        self._form = form
        self._text = text
        self._longest_s = longest_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        formed = headers.get("content-type", "").startswith("multipart/")
        body = _Body(receive, self._form if formed else self._text, self._longest_s)
        promised = headers.get("content-length", "0")
        if promised.isdecimal() and int(promised) > body.limit:
            refusal = LimitExceeded("request body bytes", int(promised), body.limit)
            return await _refuse(refusal, scope, receive, send)
        started = False

        async def answered(message: Message) -> None:
            nonlocal started
            if body.refusal is None or started:
                started = True
                await send(message)

        try:
            await self._app(scope, body.receive, answered)
        except _TooMuch:
            pass
        if body.refusal is not None and not started:
            await _refuse(body.refusal, scope, receive, send)


class _TooMuch(Exception):
    """Ends whoever reads the body; what they say of it is not sent."""


class _Body:
    def __init__(self, receive: Receive, limit: int, longest_s: float) -> None:
        self.limit = limit
        self.refusal: AvatarError | None = None
        self._receive = receive
        self._longest_s = longest_s
        self._until: float | None = None
        self._read = 0
        self._over = False

    async def receive(self) -> Message:
        if self._over:
            return await self._receive()
        message = await self._in_time()
        self._read += len(message.get("body", b""))
        self._over = not message.get("more_body", False)
        if self._read > self.limit:
            raise self._refused(LimitExceeded("request body bytes", self._read, self.limit))
        return message

    async def _in_time(self) -> Message:
        now: Callable[[], float] = asyncio.get_running_loop().time
        self._until = self._until or now() + self._longest_s
        try:
            async with asyncio.timeout_at(self._until):
                return await self._receive()
        except TimeoutError as error:
            late = LimitExceeded("limits.upload_s", self._longest_s, self._longest_s)
            raise self._refused(late) from error

    def _refused(self, refusal: AvatarError) -> _TooMuch:
        self.refusal = refusal
        return _TooMuch(refusal.message)


async def _refuse(error: AvatarError, scope: Scope, receive: Receive, send: Send) -> None:
    answer = JSONResponse(error_body(error), status_of(error), {"Connection": "close"})
    await answer(scope, receive, send)
