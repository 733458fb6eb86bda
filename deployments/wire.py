"""A WebSocket as a session sees it."""

import asyncio
from collections.abc import AsyncGenerator

from fastapi import WebSocket
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect, WebSocketState

from avatar_serving.errors import AvatarError, LimitExceeded
from avatar_serving.protocol.base import dump
from avatar_serving.session.line import ConnectionLost
from avatar_serving.session.outbox import error_event

_SEND_TIMEOUT_S = 20.0
_LEFT = (1000, 1001, 1005)
"""Close codes of a client that leaves on purpose."""


def _left(message: Message) -> bool:
    """Whether a client has closed the connection. Of one that was cut the server gives no reason,
    and by default the code of a client that gave none."""
    return message.get("code") in _LEFT and "reason" in message


class Wire:
    """Texts in, texts out, one writer at a time."""

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
