"""Characters that the diffusion model is taught, as jobs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Literal

from avatar_serving import images, metrics
from avatar_serving.images import from_array
from avatar_serving.limits import Limits
from avatar_serving.store.jobs import SharedJobs
from avatar_serving.training.home import AdapterHome
from avatar_serving.training.options import Checked
from avatar_serving.training.record import AdapterRecord
from deployments.background import BackgroundJobs
from deployments.job_shelves import shelf
from deployments.job_states import JobFolder, JobState
from pipelines.train_lora import (
    TrainItem,
    TrainRequest,
    TrainStages,
    train_lora,
)


class TrainingState(JobState):
    object: Literal["training"] = "training"
    name: str
    model: str
    pictures: int
    steps: int
    """At most."""
    done: int = 0
    """Steps so far."""
    loss: float | None = None
    samples: tuple[int, ...] = ()
    """Steps after which the first picture was drawn anew."""

    def made(self) -> tuple[str, ...]:
        return tuple(map(_sample, self.samples))


class TrainingFolder(JobFolder[TrainingState]):
    def __init__(self, folder: Path, kept_s: float, shared: SharedJobs | None = None) -> None:
        super().__init__(shelf(folder, shared), TrainingState, "training", kept_s)

    def sample(self, job: str, step: int) -> Path:
        """On this machine. Raises NotFound: it was deleted, or that cannot be a job's name."""
        return self.fetch(job, _sample(step))

    def write_sample(self, job: str, step: int, picture: bytes) -> None:
        self.file(job, _sample(step)).write_bytes(picture)


def _sample(step: int) -> str:
    return f"sample-{step:05}.webp"


class TrainingJobs(BackgroundJobs[TrainingState, Checked | AdapterRecord]):
    noun = "characters"

    def __init__(self, folder: TrainingFolder, limits: Limits) -> None:
        super().__init__(folder, limits.trainings, limits.waiting_trainings, metrics.trainings)
        self._folder = folder

    def being_taught(self, name: str) -> bool:
        """Whether a job for that name waits or runs, here or elsewhere."""
        return any(state.name == name and not state.over for state in self.folder.all())

    async def discard(self, state: TrainingState, home: AdapterHome) -> None:
        """Cancel and forget a job; an adapter that came of it stays in *home*."""
        await self.delete(state.id)
        if not self.being_taught(state.name):
            await asyncio.to_thread(home.forget, state.name)

    async def clean(
        self, state: TrainingState, wanted: TrainRequest, stages: TrainStages
    ) -> AsyncGenerator[TrainItem, None]:
        """The work, which leaves nothing once its job was deleted: also at another gateway."""
        try:
            async with aclosing(train_lora(stages, wanted)) as items:
                async for item in items:
                    yield item
        finally:
            if not self.folder.alive(state.id):
                wanted.home.forget(wanted.name)

    def sample(self, job: str, step: int) -> Path:
        return self._folder.sample(job, step)

    def _after(self, state: TrainingState, item: Checked | AdapterRecord) -> TrainingState:
        if isinstance(item, AdapterRecord):
            news = {"done": item.steps, "loss": item.loss}
            return self.folder.ended(state, status="completed", progress=100, **news)
        picture = images.encode(from_array(item.sample), "webp")
        if self.folder.alive(state.id):
            self._folder.write_sample(state.id, item.step, picture)
        samples = (*state.samples, item.step)
        news = {"done": item.step, "loss": item.loss, "samples": samples}
        return state.model_copy(update=news)
