"""The concurrency tools of the whole tree. Whoever iterates a stream closes it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")
_END: Any = object()


@dataclass(frozen=True)
class _End:
    error: Exception | None


class Ahead(Generic[T]):
    """Runs *source* ahead of its reader, by at most *most* items; *free* ones are not counted.

    It outlives its reader: whoever makes it closes it.
    """

    def __init__(
        self, source: AsyncGenerator[T, None], most: int, free: Callable[[T], bool] | None = None
    ) -> None:
        self._queue: asyncio.Queue[T | _End] = asyncio.Queue()
        self._room = asyncio.Semaphore(most)
        self._free = free
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._ended: _End | None = None
        self._filler = asyncio.create_task(self._fill(source))

    @property
    def exhausted(self) -> bool:
        """There is nothing more to come."""
        return self._ended is not None or (self._filler.done() and self._queue.qsize() <= 1)

    def hold(self) -> None:
        """Ask *source* for nothing more for now."""
        self._wanted.clear()

    def go_on(self) -> None:
        """Undo ``hold``."""
        self._wanted.set()

    async def close(self) -> None:
        """*source* is closed."""
        self._filler.cancel()
        await asyncio.wait({self._filler})

    def __aiter__(self) -> "Ahead[T]":
        return self

    async def __anext__(self) -> T:
        """Raises: what *source* raised."""
        if self._ended is None:
            item = await self._queue.get()
            if self._counted(item):
                self._room.release()
            if not isinstance(item, _End):
                return item
            self._ended = item
        raise self._ended.error or StopAsyncIteration

    async def _fill(self, source: AsyncGenerator[T, None]) -> None:
        error = None
        try:
            async with aclosing(source):
                async for item in source:
                    await self._put(item)
                    await self._wanted.wait()
        except Exception as raised:
            error = raised
        await self._put(_End(error))

    async def _put(self, item: T | _End) -> None:
        if self._counted(item):
            await self._room.acquire()
        self._queue.put_nowait(item)

    def _counted(self, item: T | _End) -> bool:
        return isinstance(item, _End) or self._free is None or not self._free(item)


async def prefetch(source: AsyncGenerator[T, None], maxsize: int) -> AsyncGenerator[T, None]:
    """Run *source* ahead of its reader, by at most *maxsize* items."""
    ahead = Ahead(source, maxsize)
    try:
        async for item in ahead:
            yield item
    finally:
        await ahead.close()


async def in_thread(source: Generator[T, None, None]) -> AsyncGenerator[T, None]:
    """Step a blocking generator in its own thread, so that the event loop stays free.

    Closing the stream closes the generator, in its thread, as soon as its present step ends.
    """
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        while (item := await loop.run_in_executor(thread, next, source, _END)) is not _END:
            yield item
    finally:
        thread.submit(source.close)
        thread.shutdown(wait=False)


async def in_order(
    source: AsyncGenerator[T, None], work: Callable[[T], Awaitable[U]], most: int
) -> AsyncGenerator[U, None]:
    """*work* on up to *most* items of *source* at once; results in the order of the items."""
    pending: deque[asyncio.Future[U]] = deque()
    try:
        async with aclosing(source):
            async for item in source:
                pending.append(asyncio.ensure_future(work(item)))
                while pending and (pending[0].done() or len(pending) >= most):
                    yield await pending[0]
                    pending.popleft()
        while pending:
            yield await pending[0]
            pending.popleft()
    finally:
        for waiting in pending:
            waiting.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


async def collect(source: AsyncGenerator[T, None]) -> list[T]:
    """All items of a stream that ends by itself."""
    async with aclosing(source):
        return [item async for item in source]


async def last(source: AsyncGenerator[T, None]) -> T:
    """The last item of a stream that has at least one."""
    return (await collect(source))[-1]


async def until(ready: Callable[[], bool], every_s: float) -> None:
    """Wait for what nobody tells of: look every *every_s*."""
    while not ready():  # noqa: ASYNC110
        await asyncio.sleep(every_s)
