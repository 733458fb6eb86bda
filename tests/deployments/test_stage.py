"""What Serve asks of a replica besides requests."""

from collections.abc import AsyncGenerator

import pytest

from avatar_serving.errors import StageFailed
from avatar_serving.scaling import BySessions
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.llm import EchoConfig
from deployments.stage import StageReplica


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
    replica = StageReplica(DelicateConfig(), BySessions())
    await replica.check_health()
    await replica.check_health()
    with pytest.raises(StageFailed, match="broken"):
        await replica.check_health()
    stage = replica._stage
    assert isinstance(stage, Delicate)
    assert stage.told == ["warm", "check", "check", "check"]


async def test_a_stage_without_wishes_is_always_well() -> None:
    await StageReplica(EchoConfig(), BySessions()).check_health()
