"""Training in a process of its own, with the GPU that Ray gives it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import replace
from typing import Any

import ray
from ray.exceptions import RayActorError, RayTaskError

from avatar_serving.config import Training
from avatar_serving.errors import EngineLost
from avatar_serving.training.options import Checked, Trained, Work
from avatar_serving.training.record import WEIGHTS_FILE
from avatar_serving.training.trainer import train
from avatar_serving.whole_files import write_whole

_RESTART_S = 3.0
Train = Callable[[Work], Iterator[Checked | Trained]]


class _Pupil:
    """An actor for one training: killing it ends the work and frees its memory."""

    def run(self, work: Work, how: Train) -> Iterator[Checked | Trained]:
        work.folder.mkdir(parents=True, exist_ok=True)
        for item in how(work):
            if isinstance(item, Trained):
                item = replace(item, weights=(work.folder / WEIGHTS_FILE).read_bytes())
            yield item


class RemoteTrainer:
    def __init__(self, takes: Training, how: Train = train) -> None:
        self._takes = takes
        self._how = how

    async def run(self, request: Work, /) -> AsyncGenerator[Checked | Trained, None]:
        """Wait for the cores and GPUs, then train.

        Raises:
            EngineLost: the process died; the same training again goes on from its checkpoint.
        """
        remote: Any = ray.remote(_Pupil)
        pupil = remote.options(
            num_cpus=self._takes.num_cpus, num_gpus=self._takes.num_gpus
        ).remote()
        try:
            items = pupil.run.options(num_returns="streaming").remote(request, self._how)
            async for item in items:
                yield await asyncio.to_thread(_here, request, await item)
        except RayTaskError as error:
            raise getattr(error, "cause", error) from error
        except RayActorError as error:
            raise EngineLost("lora", _RESTART_S) from error
        finally:
            ray.kill(pupil)


def _here(work: Work, item: Checked | Trained) -> Checked | Trained:
    """The adapter may have been made on another node: write it to the folder on this one."""
    if isinstance(item, Trained):
        write_whole(work.folder / WEIGHTS_FILE, item.weights)
    return item
