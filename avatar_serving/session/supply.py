"""The stretches of one answer, made ahead of their playback and kept until they are heard."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from avatar_serving.media import Spoken
from avatar_serving.session.announcer import Stretch

_AHEAD = 2
"""Stretches made before they are asked for."""


@dataclass(frozen=True)
class _End:
    error: Exception | None


class Stretches(Protocol):
    """Where an answer takes its stretches from."""

    @property
    def exhausted(self) -> bool:
        """There is nothing more to come."""
        ...

    async def next(self) -> Stretch | None:
        """The next stretch; None after the last.

        Raises: what making it raised.
        """
        ...

    def hold(self) -> None:
        """Make nothing more for now."""
        ...

    def go_on(self) -> None:
        """Undo ``hold``."""
        ...

    async def close(self) -> None:
        """Every stage upstream stops."""
        ...


class Supply:
    """Like ``flow.prefetch``, but outlives its reader: an answer that was cut short can go on."""

    def __init__(self, source: AsyncGenerator[Stretch, None]) -> None:
        self._queue: asyncio.Queue[Stretch | _End] = asyncio.Queue()
        self._room = asyncio.Semaphore(_AHEAD)
        """Pieces take none of it, so that as much sound is made ahead as without them."""
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._ended: _End | None = None
        self._filler = asyncio.create_task(self._fill(source))

    @property
    def exhausted(self) -> bool:
        return self._ended is not None or (self._filler.done() and self._queue.qsize() <= 1)

    async def next(self) -> Stretch | None:
        if self._ended is None:
            item = await self._queue.get()
            if not _goes_on(item):
                self._room.release()
            if not isinstance(item, _End):
                return item
            self._ended = item
        if self._ended.error is not None:
            raise self._ended.error
        return None

    def hold(self) -> None:
        self._wanted.clear()

    def go_on(self) -> None:
        self._wanted.set()

    async def close(self) -> None:
        self._filler.cancel()
        await asyncio.wait({self._filler})

    async def _fill(self, source: AsyncGenerator[Stretch, None]) -> None:
        error = None
        try:
            async with aclosing(source):
                async for item in source:
                    await self._put(item)
                    await self._wanted.wait()
        except Exception as raised:
            error = raised
        await self._put(_End(error))

    async def _put(self, item: Stretch | _End) -> None:
        if not _goes_on(item):
            await self._room.acquire()
        self._queue.put_nowait(item)


def _goes_on(item: Stretch | _End) -> bool:
    return isinstance(item, Spoken) and item.goes_on
