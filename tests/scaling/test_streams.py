"""What a replica says of its streams."""

import asyncio
from contextlib import aclosing

import pytest

from avatar_serving.scaling.streams import Streams
from tests.virtual_time import on_virtual_time


class Slow:
    """One number after the other, the first after *first_s*."""

    def __init__(self, first_s, fails=False):
        self.first_s = first_s
        self.fails = fails

    async def run(self, request):
        await asyncio.sleep(self.first_s)
        if self.fails:
            raise ValueError("broken")
        for number in range(request):
            yield number
            await asyncio.sleep(1)


def streams(deadline_s=0.5, window_s=10):
    return Streams(deadline_s, window_s, asyncio.get_running_loop().time)


async def drain(counted, stage, items=2):
    return [item async for item in counted.watch(stage, items)]


def test_late_and_busy():
    async def scenario():
        counted = streams()
        running = asyncio.create_task(drain(counted, Slow(0.1)))
        await asyncio.sleep(1)
        assert counted.stats() == {"in_work": 1.0, "busy_s": 1.0, "late": 0.0}
        assert await running == [0, 1]
        assert counted.stats()["busy_s"] == pytest.approx(2.1)
        await drain(counted, Slow(0.9))
        said = counted.stats()
        assert said["late"] == 0.5 and said["busy_s"] == pytest.approx(2.5)
        await asyncio.sleep(60)
        assert counted.stats() == {"in_work": 0.0, "busy_s": pytest.approx(2.9), "late": 0.0}

    on_virtual_time(scenario())


def test_failed_and_closed_streams_are_no_longer_in_work():
    async def scenario():
        counted = streams()
        with pytest.raises(ValueError, match="broken"):
            await drain(counted, Slow(0.9, fails=True))
        assert counted.stats()["late"] == 1.0
        async with aclosing(counted.watch(Slow(0), 9)) as items:
            async for _ in items:
                break
        said = counted.stats()
        assert said["in_work"] == 0 and said["late"] == 0.5

    on_virtual_time(scenario())
