"""Requests for one adapter go to the replica that has it in memory; one is taught in a process."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatar_serving.config import Placement, Training
from avatar_serving.errors import EngineLost, OutOfMemory
from avatar_serving.flow import collect
from avatar_serving.media import Drawing, Image, Look, RenderRequest, StyliseRequest
from avatar_serving.stages.base import Holds, StageConfig
from avatar_serving.stages.render.flashhead import FlashheadConfig
from avatar_serving.stages.render.mesh import MeshRenderConfig
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig
from avatar_serving.training.options import Checked, LoraOptions, Trained, Work
from avatar_serving.training.record import WEIGHTS_FILE

pytestmark = [
    pytest.mark.serve,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore"),
]


class Witness:
    """Says which process it is in."""

    async def run(self, request: StyliseRequest, /) -> AsyncGenerator[int, None]:
        await asyncio.sleep(0.05)
        yield os.getpid()


class WitnessConfig(StageConfig):
    held_at_once: int = 2

    def build(self) -> Witness:
        return Witness()


def for_adapter(name: str) -> StyliseRequest:
    return StyliseRequest(Image(bytes(3), 1, 1), Look(drawing=Drawing(adapter=name)))


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    import ray
    from ray import serve

    from deployments.stage import deploy

    ray.init(address="local", num_cpus=2, include_dashboard=False)
    placement = Placement(num_cpus=0.1, min_replicas=2, max_replicas=2, max_ongoing_requests=4)
    serve.run(deploy("stylise", WitnessConfig(), placement), name="app", route_prefix=None)
    yield
    ray.shutdown()


def remote() -> Any:
    from ray import serve

    from deployments.stage import RemoteStage

    return RemoteStage("stylise", serve.get_deployment_handle("stylise", "app"), holds=True)


async def where_it_went(witnesses: Any, adapter: str) -> int:
    (pid,) = await collect(witnesses.run(for_adapter(adapter)))
    return pid


async def stays(witnesses: Any, adapter: str) -> bool:
    """Whether all requests for *adapter* follow the first, once its replica told that it has it."""
    home = await where_it_went(witnesses, adapter)
    await asyncio.sleep(1)  # a replica tells the others a few times a second what it holds
    return {await where_it_went(witnesses, adapter) for _ in range(12)} == {home}


def test_only_requests_that_name_something_have_a_home() -> None:
    assert for_adapter("museum").held == "museum" and for_adapter("").held == ""
    assert RenderRequest(b"", (), show="a").held == "a" and RenderRequest(b"", ()).held == ""
    assert isinstance(FlashheadConfig(kept_shows=3), Holds)
    assert FlashheadConfig(kept_shows=3).held_at_once == 3
    assert DiffusionStyliseConfig(adapters_in_memory=2).held_at_once == 2
    assert not isinstance(MeshRenderConfig(), Holds), "any of its replicas will do"


class Routed:
    """A handle that remembers for what Serve was told to find a replica."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.run = self

    def options(self, **options: object) -> "Routed":
        self.told += [name for key, name in options.items() if key == "multiplexed_model_id"]
        return self

    def remote(self, *_: object) -> "Routed":
        return self

    def cancel(self) -> None:
        pass

    async def __aiter__(self) -> AsyncGenerator[str, None]:
        yield "frame"


async def test_requests_of_a_show_ask_for_the_replica_that_remembers_it() -> None:
    from deployments.stage import RemoteStage

    handle: Any = Routed()
    for holds, show in ((True, "a"), (True, ""), (False, "b")):
        stage = RemoteStage[RenderRequest, str]("render", handle, holds=holds)
        assert await collect(stage.run(RenderRequest(b"", (), show=show))) == ["frame"]
    assert handle.told == ["a"]


async def test_an_adapter_stays_where_it_is(cluster: None) -> None:
    witnesses = remote()
    # On a machine under load the word may come late, and then a second replica loads it for good:
    # another adapter is tried. By chance, twelve follow the first in one of 4096 times.
    for attempt in range(4):
        if await stays(witnesses, f"character {attempt}"):
            break
    else:
        pytest.fail("no adapter's requests stayed with the replica that had it")
    busy = [where_it_went(witnesses, "") for _ in range(12)]
    assert len(set(await asyncio.gather(*busy))) == 2, "any replica would do"


def steps(work: Work) -> Iterator[Checked | Trained]:
    rgb = np.zeros((2, 2, 3), np.uint8)
    yield Checked(os.getpid(), 0.5, rgb)
    if work.model == "too large":
        raise OutOfMemory("lora", "no room")
    if work.model == "fatal":
        os._exit(1)
    (work.folder / WEIGHTS_FILE).write_bytes(b"weights")
    yield Trained(work.options.steps, 0.5)


def work(model: str, folder: Path) -> Work:
    return Work(model, [], LoraOptions(steps=7), folder)


async def test_training_is_a_process_of_its_own(cluster: None, tmp_path: Path) -> None:
    from deployments.remote_trainer import RemoteTrainer

    trainer = RemoteTrainer(Training(num_cpus=0.1), steps)
    first, last = await collect(trainer.run(work("tiny", tmp_path)))
    assert isinstance(first, Checked) and first.step != os.getpid()
    assert last == Trained(7, 0.5, b"weights")
    assert (tmp_path / WEIGHTS_FILE).read_bytes() == b"weights", "the gateway has it, too"
    with pytest.raises(OutOfMemory, match="no room"):
        await collect(trainer.run(work("too large", tmp_path)))
    with pytest.raises(EngineLost):
        await collect(trainer.run(work("fatal", tmp_path)))
