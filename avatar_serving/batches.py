"""Requests that are alike, worked on together, each with its own stream of progress."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from contextlib import aclosing
from typing import Any, Generic, TypeAlias, TypeVar

from avatar_serving.errors import OutOfMemory
from avatar_serving.tickets import End, Ticket

In = TypeVar("In")
Out = TypeVar("Out")
Item = TypeVar("Item")
Told: TypeAlias = Callable[[float], None]
"""Is given the share of the work that is done, 0..1; raises Abandoned once nobody waits for it."""
Work: TypeAlias = Callable[[Sequence[In], Told], Sequence[Out]]
"""Blocks. Answers in the order of what was asked."""


class Abandoned(Exception):
    """Every stream of a batch was closed."""


class BatchQueue(ABC, Generic[In, Item]):
    """One batch at a time, of at most *most* requests.

    A request waits for *wait_s* for others that are alike, and for the batches before it.
    """

    def __init__(self, most: int, wait_s: float) -> None:
        self._most, self._wait_s = most, wait_s
        self._waiting: list[Ticket[In]] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, request: In, alike: Hashable = None) -> AsyncGenerator[Item, None]:
        """What comes of the request. Only requests with the same *alike* are joined.

        Closing the stream withdraws the request; a batch without streams stops at its next step.
        """
        ticket = Ticket(request, alike)
        self._waiting.append(ticket)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._serve())
        async with aclosing(ticket.stream()) as items:
            async for item in items:
                yield item

    @abstractmethod
    def _finish(self, batch: list[Ticket[In]], loop: asyncio.AbstractEventLoop) -> None:
        """Give each of the *batch* its items, and an End. Blocks, in a thread."""

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            if len(self._waiting) < self._most:
                await asyncio.sleep(self._wait_s)
            if batch := self._next():
                await asyncio.to_thread(self._finish, batch, loop)

    def _next(self) -> list[Ticket[In]]:
        """The oldest request and those like it."""
        self._waiting = [ticket for ticket in self._waiting if not ticket.closed]
        if not self._waiting:
            return []
        alike = [t for t in self._waiting if t.alike == self._waiting[0].alike][: self._most]
        self._waiting = [ticket for ticket in self._waiting if ticket not in alike]
        return alike


class Batches(BatchQueue[In, float | Out], Generic[In, Out]):
    """Work that is done at once: shares of it, then the answer."""

    def __init__(self, work: Work[In, Out], most: int, wait_s: float) -> None:
        super().__init__(most, wait_s)
        self._work = work

    def _finish(self, batch: list[Ticket[In]], loop: asyncio.AbstractEventLoop) -> None:
        def tell(items: Sequence[Any]) -> None:
            for ticket, item in zip(batch, items, strict=True):
                loop.call_soon_threadsafe(ticket.items.put_nowait, item)

        def told(done: float) -> None:
            if all(ticket.closed for ticket in batch):
                raise Abandoned
            tell([done] * len(batch))

        try:
            tell(self._work([ticket.request for ticket in batch], told))
            tell([End()] * len(batch))
        except Exception as error:
            tell([End(error)] * len(batch))


def by_halves(work: Callable[[Sequence[In]], Sequence[Out]], asked: Sequence[In]) -> list[Out]:
    """*work* on all that is *asked*; where memory lacks, on its halves, one after the other.

    Raises:
        OutOfMemory: one alone needs more than there is.
    """
    try:
        return list(work(asked))
    except OutOfMemory:
        if len(asked) < 2:
            raise
    half = len(asked) // 2
    return by_halves(work, asked[:half]) + by_halves(work, asked[half:])
