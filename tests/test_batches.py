import asyncio
import threading
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from avatar_serving.batches import Abandoned, Batches, Told, by_halves
from avatar_serving.errors import OutOfMemory
from avatar_serving.flow import collect


class Doubling:
    """Remembers its batches; a step of each waits for *gate*."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.abandoned = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def work(self, requests: Sequence[int], told: Told) -> list[str]:
        self.batches.append(list(requests))
        if 13 in requests:
            raise ValueError("unlucky")
        try:
            for step in (0.5, 1.0):
                assert self.gate.wait(10)
                told(step)
        except Abandoned:
            self.abandoned.set()
            raise
        return [str(2 * request) for request in requests]


async def test_those_alike_are_worked_on_together() -> None:
    doubling = Doubling()
    batches = Batches(doubling.work, most=3, wait_s=0.05)
    asked = [(1, "a"), (2, "b"), (3, "a"), (4, "a"), (5, "a")]
    answers = await asyncio.gather(*(collect(batches.run(n, kind)) for n, kind in asked))
    assert answers == [[0.5, 1.0, str(2 * n)] for n, _ in asked]
    assert doubling.batches == [[1, 3, 4], [2], [5]]


async def test_an_error_reaches_all_of_its_batch_and_no_other() -> None:
    batches = Batches(Doubling().work, most=2, wait_s=0.05)
    one, two, other = await asyncio.gather(
        *(collect(batches.run(n, n == 7)) for n in (13, 1, 7)), return_exceptions=True
    )
    assert isinstance(one, ValueError) and isinstance(two, ValueError)
    assert other == [0.5, 1.0, "14"]


async def test_work_goes_on_while_one_waits_and_stops_when_none_does() -> None:
    doubling = Doubling()
    batches = Batches(doubling.work, most=2, wait_s=0.05)
    stays = asyncio.create_task(collect(batches.run(1, "")))
    async with aclosing(batches.run(2, "")) as leaving:
        assert await anext(leaving) == 0.5
    assert await stays == [0.5, 1.0, "2"]
    doubling.gate.clear()
    async with aclosing(batches.run(3, "")) as leaving:
        reading = asyncio.ensure_future(anext(leaving))
        while [3] not in doubling.batches:
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    doubling.gate.set()
    assert await asyncio.to_thread(doubling.abandoned.wait, 10)


async def test_who_left_before_the_work_began_is_not_worked_for() -> None:
    doubling = Doubling()
    batches = Batches(doubling.work, most=3, wait_s=0.05)
    reading = asyncio.ensure_future(anext(batches.run(1, "")))
    await asyncio.sleep(0)
    reading.cancel()
    assert (await collect(batches.run(2, "other")))[-1] == "4"
    assert doubling.batches == [[2]]


def test_what_does_not_fit_together_is_done_by_halves() -> None:
    sizes: list[int] = []

    def doubled(numbers: Sequence[int]) -> list[int]:
        sizes.append(len(numbers))
        if len(numbers) > 2:
            raise OutOfMemory("test", "3 GiB")
        return [2 * number for number in numbers]

    assert by_halves(doubled, range(5)) == [0, 2, 4, 6, 8]
    assert sizes == [5, 2, 3, 1, 2]

    def never(_: Sequence[int]) -> list[int]:
        raise OutOfMemory("test", "3 GiB")

    with pytest.raises(OutOfMemory):
        by_halves(never, range(5))
