"""What Serve asks of a replica besides requests."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from prometheus_client import REGISTRY

from avatar_serving.errors import StageFailed
from avatar_serving.scaling import BySessions
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.llm import EchoConfig
from deployments.replica import StageReplica


class Delicate:
    """Wants to be warmed, and breaks when it is told to."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def run(self, request: str, /) -> AsyncGenerator[str, None]:
        yield request

    async def warm(self) -> None:
        self.told.append("warm")

    async def check(self) -> None:
        self.told.append("check")
        if len(self.told) > 3:
            raise StageFailed("llm", "broken")


class DelicateConfig(StageConfig):
    def build(self) -> Delicate:
        return Delicate()


async def test_a_replica_is_warm_before_it_is_ready_and_replaced_when_broken() -> None:
    replica = StageReplica("llm", DelicateConfig(), BySessions())
    await replica.check_health()
    await replica.check_health()
    with pytest.raises(StageFailed, match="broken"):
        await replica.check_health()
    stage = replica._stage
    assert isinstance(stage, Delicate)
    assert stage.told == ["warm", "check", "check", "check"]


async def test_a_stage_without_wishes_is_always_well() -> None:
    await StageReplica("llm", EchoConfig(), BySessions()).check_health()


def figure(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"stage": "slow"}) or 0.0


async def test_a_replica_tells_how_long_a_request_waited_and_how_many_it_makes() -> None:
    replica = StageReplica("slow", DelicateConfig(), BySessions())
    async with aclosing(replica.run("one", time.time() - 2, {})) as one:
        assert await anext(one) == "one"
        async with aclosing(replica.run("two", time.time() + 2, {})) as two:
            assert await anext(two) == "two"
    assert figure("avatar_batch_size_sum") == 1 + 2
    assert figure("avatar_queue_wait_seconds_count") == 2
    assert 2 <= figure("avatar_queue_wait_seconds_sum") < 3
