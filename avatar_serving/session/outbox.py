"""The way out of a session: typed events, each once, with the time that all of its parts share."""

import asyncio
from collections.abc import Awaitable, Callable

from avatar_serving.errors import AvatarError, InvalidRequest
from avatar_serving.media import Behaviour
from avatar_serving.protocol.avatar import AvatarAnimationDelta, AvatarMood, AvatarState
from avatar_serving.protocol.base import FromServer, dump
from avatar_serving.protocol.server import (
    Error,
    ErrorBody,
    InputAudioTranscriptionDelta,
    ResponseOutputAudioDelta,
)

_FLEETING = (
    AvatarAnimationDelta,
    AvatarMood,
    AvatarState,
    InputAudioTranscriptionDelta,
    ResponseOutputAudioDelta,
)


class Outbox:
    """The way of a session's events to its client. *animated*: that it also wants ours."""

    def __init__(self, send: Callable[[str], Awaitable[None]], *, animated: bool) -> None:
        self.animated = animated
        self._send = send
        self._state: Behaviour | None = None
        self.told = asyncio.Event()
        """Set by whatever is told but sound, motion and what the avatar does: the session may have
        changed. Cleared by whoever waits for it."""

    def now(self) -> float:
        """Seconds of the event loop's clock, which tests make virtual."""
        return asyncio.get_running_loop().time()

    async def send(self, event: FromServer) -> None:
        await self._send(dump(event))
        if not isinstance(event, _FLEETING):
            self.told.set()

    async def state(self, state: Behaviour) -> None:
        """Tell an avatar client what the avatar does now."""
        if self.animated and state != self._state:
            self._state = state
            await self.send(AvatarState(state=state))

    async def fail(self, error: AvatarError, event_id: str | None = None) -> None:
        """Tell the client what went wrong; *event_id* is its message that caused it."""
        await self.send(error_event(error, event_id))


def error_event(error: AvatarError, event_id: str | None = None) -> Error:
    """*error* as the wire has it; *event_id* is that of the message that caused it."""
    body = ErrorBody(
        type="invalid_request_error" if isinstance(error, InvalidRequest) else "server_error",
        code=error.code,
        message=error.message,
        param=getattr(error, "param", None),
        event_id=event_id,
    )
    return Error(error=body)
