"""The concurrency tools of the whole tree. Whoever iterates a stream closes it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
U = TypeVar("U")
_END: Any = object()


@dataclass(frozen=True)
class _End:
    error: Exception | None


async def prefetch(source: AsyncGenerator[T, None], maxsize: int) -> AsyncGenerator[T, None]:
    """Run *source* ahead of its reader, by at most *maxsize* items."""
    queue: asyncio.Queue[T | _End] = asyncio.Queue(maxsize)

    async def fill() -> None:
        error = None
        try:
            async with aclosing(source):
                async for item in source:
                    await queue.put(item)
        except Exception as raised:
            error = raised
        await queue.put(_End(error))

    filler = asyncio.create_task(fill())
    try:
        while not isinstance(item := await queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        filler.cancel()
        await asyncio.wait({filler})


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
