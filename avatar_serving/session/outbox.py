"""The way out of a session: typed events, each once, with the time that all of its parts share."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from avatar_serving.protocol.server import AvatarState, ServerEvent, dump

State = Literal["idle", "listening", "thinking", "speaking"]


class Outbox:
    def __init__(self, send: Callable[[str], Awaitable[None]], *, animated: bool) -> None:
        self.animated = animated
        self._send = send
        self._state: State | None = None

    def now(self) -> float:
        """Seconds of the event loop's clock, which tests make virtual."""
        return asyncio.get_running_loop().time()

    async def send(self, event: ServerEvent) -> None:
        await self._send(dump(event))

    async def state(self, state: State) -> None:
        """Tell an avatar client what the avatar does now."""
        if self.animated and state != self._state:
            self._state = state
            await self.send(AvatarState(state=state))
