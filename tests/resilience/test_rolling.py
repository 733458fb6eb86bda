"""Every replica, of gateways and of stages, is replaced while people talk: no session is lost, and
no word of any history."""

import asyncio
import contextlib
import random

import pytest

from avatar_serving.config import Placement, load_profile
from tests.resilience.service import Service, Talker, service, talker

pytestmark = [pytest.mark.serve, pytest.mark.filterwarnings("ignore")]

TALKERS = 30


async def talk_until(stop: asyncio.Event, one: Talker, chance: random.Random) -> None:
    while not stop.is_set():
        await one.turn(chance.randrange(2, 20))
        await asyncio.sleep(chance.uniform(0.1, 2.0))
    await one.turn(2)


def replicas(running: Service) -> set[int]:
    """Processes of everything that is replaced."""
    return {pid for name in ("gateway", "llm", "tts") for pid in running.pids(name)}


async def test_rolling_every_replica_under_thirty_sessions(tmp_path_factory):
    twice = Placement(num_cpus=0.1, min_replicas=2, max_replicas=2, max_ongoing_requests=64)
    placed = {"placement": {"llm": twice, "tts": twice}}
    profile = load_profile("test").model_copy(update={"gateways": 2, **placed})
    profile = profile.model_copy(
        update={"limits": profile.limits.model_copy(update={"drain_s": 1.0})}
    )
    with service(tmp_path_factory.mktemp("rolling"), profile) as running:
        await running.ready()
        before = replicas(running)
        assert len(before) == 6
        stop = asyncio.Event()
        async with contextlib.AsyncExitStack() as stack:
            talkers = [
                await stack.enter_async_context(talker(running.url, f"p{i}"))
                for i in range(TALKERS)
            ]
            talking = [
                asyncio.create_task(talk_until(stop, one, random.Random(i)))
                for i, one in enumerate(talkers)
            ]
            await asyncio.sleep(3)
            await asyncio.to_thread(running.deploy)
            while before & replicas(running):
                await asyncio.sleep(0.5)
            stop.set()
            await asyncio.gather(*talking)
            moved = [one.client.resumed for one in talkers]
            assert min(moved) >= 1, "every gateway was replaced, so everybody has moved"
            assert all(one.client.over is None for one in talkers)
            cut = 0
            for one in talkers:
                mine, theirs = await one.history()
                assert mine == one.said
                assert theirs == " ".join(one.said)
                cut += sum(a.status == "cancelled" for a in one.client.diary.answers)
        print(f"moved {sum(moved)} times, {cut} answers cut, "
              f"{sum(len(one.said) for one in talkers)} turns")  # fmt: skip
