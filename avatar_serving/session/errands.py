"""Work that goes on beside a session, and ends with it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from avatar_serving import logs
from avatar_serving.errors import AvatarError
from avatar_serving.session.outbox import Outbox

log = logs.get()


class Errands:
    """Tasks of one session."""

    def __init__(self, outbox: Outbox) -> None:
        self._out = outbox
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do *work* in the background. Its failure is told to the client; the session goes on."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # Stopped before its first step, a task never comes to it.
        task.add_done_callback(lambda _: work.close())
        return task

    async def close(self) -> None:
        """Stop everything, also what is begun meanwhile."""
        while tasks := set(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except AvatarError as error:
            await self._out.fail(error)
        except Exception as error:
            log.error("listening failed", exc_info=error)
            await self._out.fail(AvatarError("the server could not follow what was said"))
