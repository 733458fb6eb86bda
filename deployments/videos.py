"""Talking videos as jobs: one after the other, a bounded number waiting."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from avatar_serving import logs, metrics
from avatar_serving.config import Limits
from avatar_serving.errors import AvatarError, Overloaded, WrongState
from avatar_serving.media import Progress
from deployments.video_states import VideoFolder, VideoState
from pipelines.talking_video import Filmed

log = logs.get()
_BEAT_S, _LOOK_S = 5.0, 0.25
_RETRY_S = 30.0

Work = Callable[[], AsyncGenerator[Progress | Filmed, None]]


class VideoJobs:
    """The jobs of *folder*; those that this gateway took on run in it."""

    def __init__(self, folder: VideoFolder, limits: Limits) -> None:
        self.folder = folder
        self._most = limits.videos + limits.waiting_videos
        self._turn = asyncio.Semaphore(limits.videos)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits here."""
        return bool(self._tasks)

    def check(self) -> None:
        """Raises Overloaded: as many as may wait are waiting."""
        if len(self._tasks) >= self._most:
            metrics.refused.labels(Overloaded.code).inc()
            raise Overloaded("too many videos are being made", _RETRY_S)

    def start(self, state: VideoState, work: Work) -> None:
        """Begin *work* when its turn comes. Raises Overloaded."""
        self.check()
        self.folder.add(state)
        task = asyncio.create_task(self._run(state, work))
        self._tasks[state.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(state.id, None))

    async def follow(self, job: str) -> AsyncGenerator[VideoState, None]:
        """Each change of a job, the last when it is over. Raises NotFound: it was deleted."""
        last: VideoState | None = None
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

    async def _run(self, state: VideoState, work: Work) -> None:
        beat = asyncio.create_task(self._beat(state.id, asyncio.current_task()))
        try:
            async with self._turn:
                state = await self._worked(state, work)
            metrics.videos.labels("done").inc()
        except asyncio.CancelledError:
            state = self.folder.failed(state, "overloaded", "the gateway stopped; try again")
            metrics.videos.labels("cancelled").inc()
            raise
        except AvatarError as error:
            state = self.folder.failed(state, error.code, error.message)
            metrics.videos.labels(error.code).inc()
        except Exception as error:
            log.error("making a video failed", exc_info=error)
            state = self.folder.failed(state, "internal", "something went wrong on the server")
            metrics.videos.labels("internal").inc()
        finally:
            beat.cancel()
            self.folder.update(state)

    async def _worked(self, state: VideoState, work: Work) -> VideoState:
        async with aclosing(work()) as steps:
            async for step in steps:
                if isinstance(step, Filmed):
                    return self._finished(state, step)
                news = {"progress": int(100 * step.fraction), "step": step.step}
                fresh = state.model_copy(update={"status": "in_progress", **news})
                if fresh != state:
                    state = fresh
                    self.folder.update(state)
        raise AssertionError("a video ends with its file")

    def _finished(self, state: VideoState, filmed: Filmed) -> VideoState:
        return self.folder.ended(
            state,
            status="completed",
            progress=100,
            seconds=round(filmed.seconds, 3),
            work_s=round(filmed.work_s, 3),
            speed=round(filmed.speed, 3),
        )

    async def _beat(self, job: str, task: "asyncio.Task[None] | None") -> None:
        """Show that the job lives; end it when its folder is gone."""
        while True:
            if not self.folder.alive(job):
                break
            await asyncio.sleep(_BEAT_S)
        if task is not None:
            task.cancel()


def check_ready(state: VideoState) -> None:
    """Raises WrongState: it is not there yet, or never will be."""
    if state.status != "completed":
        reason = state.error.message if state.error else f"the video is {state.status}"
        raise WrongState("video_not_ready", reason)
