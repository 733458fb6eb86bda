"""A slow network on this machine: a door in front of the service, with delay, jitter and a limit.

Bytes are held back, not the client's reading alone, so that the service feels it as it would feel
a slow user: its own writes wait.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

from avatar_serving.errors import InvalidRequest
from load_tests.plan import Link, Service

_CHUNK = 4096
_AHEAD = 32
"""Chunks under way in one direction."""


@asynccontextmanager
async def through(link: Link | None, service: Service, seed: int) -> AsyncGenerator[Service, None]:
    """*service*, reached over *link*.

    Raises:
        InvalidRequest: a link to a service over TLS, whose certificate names another host.
    """
    if link is None:
        yield service
        return
    parts = urlsplit(service.url)
    if parts.scheme != "http" or parts.hostname is None:
        raise InvalidRequest(f"slow networks need an http:// address, not {service.url}")
    door = _Door(link, parts.hostname, parts.port or 80, Random(seed))
    server = await asyncio.start_server(door.enter, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield replace(service, url=f"http://127.0.0.1:{port}")
    finally:
        server.close()
        await door.close()


class _Door:
    def __init__(self, link: Link, host: str, port: int, rng: Random) -> None:
        self._link, self._host, self._port, self._rng = link, host, port, rng
        self._cut = False
        self._tasks: set[asyncio.Task[None]] = set()

    def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody has connected."""
        # A task of our own: those that asyncio makes complain when they are cancelled.
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._connect(reader, writer)
        except* OSError:
            writer.transport.abort()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _connect(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection(self._host, self._port)
        link = self._link
        limit_s = None if self._cut or not link.cut_s else link.cut_s
        try:
            async with asyncio.timeout(limit_s), asyncio.TaskGroup() as both:
                both.create_task(self._carry(near, to_far, link.up_kbits))
                both.create_task(self._carry(far, to_near, link.down_kbits))
        except TimeoutError:
            self._cut = True
        finally:
            # Without a closing handshake, as a network breaks.
            to_near.transport.abort()
            to_far.transport.abort()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kbits: float
    ) -> None:
        """One direction, until its sender is done."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_AHEAD)

        async def take() -> None:
            free_s = due_s = 0.0
            while data := await reader.read(_CHUNK):
                now_s = time.monotonic()
                free_s = max(free_s, now_s) + (len(data) / (kbits * 125) if kbits else 0.0)
                # What is sent later never arrives earlier.
                due_s = max(due_s, free_s + self._delay_s())
                await under_way.put((due_s, data))
            await under_way.put((due_s, b""))

        async def give() -> None:
            while True:
                due_s, data = await under_way.get()
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            with contextlib.suppress(OSError):
                writer.write_eof()

        async with asyncio.TaskGroup() as both:
            both.create_task(take())
            both.create_task(give())

    def _delay_s(self) -> float:
        return (self._link.delay_ms + self._rng.uniform(0, self._link.jitter_ms)) / 1000
