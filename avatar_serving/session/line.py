"""The way to a client that may lose its connection and come back."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from avatar_serving.errors import AvatarError, LimitExceeded, WrongState

_KEPT_BYTES = 8 << 20
"""Newest messages kept for a client that comes back: about two minutes of sound."""
_BEHIND = 256
"""Messages that a connection may be behind before the session waits for it."""
_UNREAD = 64
"""Messages of the client that may wait for the session."""
_TOO_BIG = 1009


class ConnectionLost(Exception):
    """The client has not left of its own will, but nothing can be sent to it any more."""


class Carrier(Protocol):
    """One connection of the client."""

    async def send(self, text: str) -> None:
        """Raises:
        ConnectionLost: the client is gone.
        """
        ...

    def messages(self) -> AsyncGenerator[str, None]:
        """What the client sends, until it leaves.

        Raises:
            ConnectionLost: it is gone without having said so.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a session is over."""

    error: AvatarError | None
    code: int
    """A close code of WebSocket."""


@dataclass(slots=True)
class _Place:
    """Where one connection is in what the session says."""

    sent: int
    """The number of the last message that it has taken."""
    heard: bool = False
    """Its client has said something."""


class Line:
    """Numbers what the session says, keeps it for a while, and says again what was missed.

    One connection at a time carries it. Between two of them the session goes on, for *grace_s* at
    most; then the client counts as gone.
    """

    def __init__(
        self, grace_s: float, seq: int = 0, kept: Sequence[str] = (), received: int = 0
    ) -> None:
        """*kept* are the newest messages up to *seq*, of a session that began elsewhere and has
        *received* so many of its client."""
        self.seq = seq
        """The number of the last message."""
        self.received = self.handled = received
        """Messages of the client: those that have arrived, and those that the session is done
        with."""
        self.on_lost: Callable[[], None] = lambda: None
        """Told when a connection is lost."""
        self.on_heard: Callable[[], None] = lambda: None
        """Told when the client says something for the first time on a connection."""
        self._grace_s = grace_s
        self._kept = deque(kept)
        self._kept_bytes = sum(map(len, kept))
        self._inbox: asyncio.Queue[str | None] = asyncio.Queue(_UNREAD)
        self._left = False
        self._news = asyncio.Event()
        self._moved = asyncio.Event()
        self._place = _Place(seq)
        self._carrying: asyncio.Task[None] | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._over: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    async def send(self, text: str) -> None:
        """Say *text*, a JSON object, to the client that is there now or comes back later."""
        self.seq += 1
        self._keep(f'{text[:-1]},"seq":{self.seq}}}')
        self._news.set()
        while self._carrying is not None and self.seq - self._place.sent > _BEHIND:
            self._moved.clear()
            await self._moved.wait()

    async def messages(self) -> AsyncGenerator[str, None]:
        """What the client says on all its connections, until it is gone."""
        while not (self._left and self._inbox.empty()):
            if (text := await self._inbox.get()) is None:
                return
            yield text
            self.handled += 1

    @property
    def connected(self) -> bool:
        return self._carrying is not None and self._waiting is None

    def tail(self, most_bytes: int) -> list[str]:
        """The newest messages, that a client may not have received."""
        size, tail = 0, list[str]()
        for text in reversed(self._kept):
            size += len(text)
            if size > most_bytes:
                break
            tail.append(text)
        return tail[::-1]

    def reachable(self, after: int) -> int:
        """*after*, or the first later number from which everything can be said again."""
        return max(after, self.seq - len(self._kept))

    async def delivered(self) -> None:
        """Wait until the connection has taken all that was said."""
        while self.connected and self._place.sent < self.seq:
            self._moved.clear()
            await self._moved.wait()

    def check(self, after: int) -> None:
        """Raises:
        WrongState: what was said after the message of that number is not kept any more.
        """
        if not self.seq - len(self._kept) <= after <= self.seq:
            raise WrongState("resume_gap", f"what was said after message {after} is not kept")

    async def carry(self, carrier: Carrier, greeting: str, after: int = 0) -> Ending | None:
        """Let *carrier* be the connection until it breaks, another takes its place (None), or the
        session is over (why).

        *greeting* is said first, without a number, then what was said *after* the message of that
        number.
        """
        self._stop_waiting()
        if self._carrying is not None:
            self._carrying.cancel()
        place = self._place = _Place(after)
        own = self._carrying = asyncio.create_task(self._carry(carrier, greeting, place))
        await asyncio.wait({own, self._over}, return_when=asyncio.FIRST_COMPLETED)
        own.cancel()
        await asyncio.wait({own})
        if self._carrying is own:
            self._carrying = None
            self._moved.set()
        return self._over.result() if self._over.done() else None

    def finish(self, ending: Ending) -> None:
        """The session is over."""
        self._stop_waiting()
        if not self._over.done():
            self._over.set_result(ending)

    def leave(self) -> None:
        """The client will not come back: let the session end."""
        self._stop_waiting()
        self._left = True
        if not self._inbox.full():
            self._inbox.put_nowait(None)

    async def _carry(self, carrier: Carrier, greeting: str, place: "_Place") -> None:
        speaking = asyncio.create_task(self._speak(carrier, greeting, place))
        listening = asyncio.create_task(self._listen(carrier, place))
        try:
            await asyncio.wait({speaking, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            speaking.cancel()
            listening.cancel()
            await asyncio.wait({speaking, listening})
        broken = ConnectionLost() if listening.cancelled() else listening.exception()
        if isinstance(broken, LimitExceeded):
            self.finish(Ending(broken, _TOO_BIG))
        if broken is None or self._over.done():
            self.leave()
        else:
            self._wait()

    async def _speak(self, carrier: Carrier, greeting: str, place: "_Place") -> None:
        try:
            await carrier.send(greeting)
            while True:
                while place.sent < self.seq:
                    self.check(place.sent)
                    text = self._kept[len(self._kept) - (self.seq - place.sent)]
                    place.sent += 1
                    await carrier.send(text)
                    self._moved.set()
                self._news.clear()
                await self._news.wait()
        except (ConnectionLost, WrongState):
            pass

    async def _listen(self, carrier: Carrier, place: "_Place") -> None:
        async with aclosing(carrier.messages()) as messages:
            async for text in messages:
                if place is self._place and not place.heard:
                    place.heard = True
                    self.on_heard()
                await self._inbox.put(text)
                self.received += 1

    def _wait(self) -> None:
        """The connection is lost: the client has a while to come back."""
        self._stop_waiting()
        self._waiting = asyncio.get_running_loop().call_later(self._grace_s, self.leave)
        self.on_lost()

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _keep(self, text: str) -> None:
        self._kept.append(text)
        self._kept_bytes += len(text)
        while self._kept_bytes > _KEPT_BYTES:
            self._kept_bytes -= len(self._kept.popleft())
