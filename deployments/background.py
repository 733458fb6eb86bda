"""Work in the background: a few jobs at the same time, a bounded number waiting."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Generic, TypeVar

from prometheus_client import Counter

from avatar_serving import logs, metrics
from avatar_serving.errors import AvatarError, Overloaded, Unavailable
from avatar_serving.media import Progress
from deployments.job_states import JobFolder, JobState

log = logs.get()
_BEAT_S, _LOOK_S = 5.0, 0.25
_RETRY_S = 30.0

S = TypeVar("S", bound=JobState)
Item = TypeVar("Item")


class BackgroundJobs(ABC, Generic[S, Item]):
    """The jobs of *folder*; those that this gateway took on run in it."""

    noun = "jobs"
    """What there may be too many of."""

    def __init__(self, folder: JobFolder[S], running: int, waiting: int, count: Counter) -> None:
        """At most *running* at the same time, and *waiting* besides. *count*, with the label
        result, counts how they end."""
        self.folder = folder
        self._most = running + waiting
        self._turn = asyncio.Semaphore(running)
        self._count = count
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._beginning = 0

    @abstractmethod
    def _after(self, state: S, item: Item) -> S:
        """The state once the work has told of *item*."""

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits here."""
        return bool(self._tasks)

    def check(self) -> None:
        """Raises Overloaded: as many as may wait are waiting."""
        if len(self._tasks) + self._beginning >= self._most:
            metrics.refused.labels(Overloaded.code).inc()
            raise Overloaded(f"too many {self.noun} are being made", _RETRY_S)

    async def start(
        self, state: S, work: Callable[[], AsyncGenerator[Progress | Item, None]]
    ) -> None:
        """Begin *work* when its turn comes. Raises Overloaded."""
        self.check()
        self._beginning += 1
        try:
            await asyncio.to_thread(self.folder.add, state)
        finally:
            self._beginning -= 1
        task = asyncio.create_task(self._run(state, work))
        self._tasks[state.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(state.id, None))

    async def follow(self, job: str) -> AsyncGenerator[S, None]:
        """Each change of a job, the last when it is over. Raises NotFound: it was deleted."""
        last: S | None = None
        while last is None or not last.over:
            state = await asyncio.to_thread(self.folder.read, job)
            if state != last:
                yield state
            last = state
            if not state.over:
                await asyncio.sleep(_LOOK_S)

    async def delete(self, job: str) -> None:
        """Cancel and forget. Raises NotFound."""
        await asyncio.to_thread(self.folder.read, job)
        await self._stop({task for id_, task in self._tasks.items() if id_ == job})
        await asyncio.to_thread(self.folder.remove, job)

    async def close(self) -> None:
        """Stop what runs here."""
        await self._stop(set(self._tasks.values()))

    async def _stop(self, tasks: set[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(
        self, state: S, work: Callable[[], AsyncGenerator[Progress | Item, None]]
    ) -> None:
        beat = asyncio.create_task(self._beat(state.id, asyncio.current_task()))
        newest = [state]
        try:
            async with self._turn:
                await self._worked(newest, work)
            self._count.labels("done").inc()
        except asyncio.CancelledError:
            self._fail(newest, "cancelled", "overloaded", "the gateway stopped; try again")
            raise
        except AvatarError as error:
            self._fail(newest, error.code, error.code, error.message)
        except Exception as error:
            log.error("a job failed", kind=self.noun, exc_info=error)
            self._fail(newest, "internal", "internal", "something went wrong on the server")
        finally:
            beat.cancel()
            await self._write(newest[0])

    def _fail(self, newest: list[S], result: str, code: str, message: str) -> None:
        newest[0] = self.folder.failed(newest[0], code, message)
        self._count.labels(result).inc()

    async def _worked(
        self, newest: list[S], work: Callable[[], AsyncGenerator[Progress | Item, None]]
    ) -> None:
        async with aclosing(work()) as steps:
            async for step in steps:
                state = newest[0]
                fresh = (
                    _advanced(state, step)
                    if isinstance(step, Progress)
                    else self._after(state, step)
                )
                if fresh.made() != state.made():
                    await asyncio.to_thread(self.folder.keep, fresh, state)
                if fresh.over:
                    newest[0] = fresh
                    return
                if fresh != state:
                    newest[0] = fresh
                    await self._write(fresh)
        raise AssertionError("a job ends with what it was to make")

    async def _write(self, state: S) -> None:
        """What cannot be written now, the next one says; without the last one, the job seems to
        have lost its gateway."""
        try:
            await asyncio.to_thread(self.folder.update, state)
        except AvatarError as error:
            log.warning("the state of a job was not written", kind=self.noun, code=error.code)

    async def _beat(self, job: str, task: "asyncio.Task[None] | None") -> None:
        """Show that the job lives; end it when it was deleted."""
        while True:
            with contextlib.suppress(Unavailable):
                if not await asyncio.to_thread(self.folder.alive, job):
                    break
            await asyncio.sleep(_BEAT_S)
        if task is not None:
            task.cancel()


def _advanced(state: S, step: Progress) -> S:
    news = {"progress": int(100 * step.fraction), "step": step.step}
    return state.model_copy(update={"status": "in_progress", **news})
