"""Work on several items at once, told in order."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from avatar_serving.flow import collect, in_order


async def numbers(count: int) -> AsyncGenerator[int, None]:
    for number in range(count):
        yield number


async def test_results_keep_the_order_and_no_more_than_most_are_under_way() -> None:
    running, most = 0, 0

    async def work(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001 * (number % 3))
        running -= 1
        return number * 10

    assert await collect(in_order(numbers(12), work, 4)) == [10 * n for n in range(12)]
    assert most == 4


async def test_an_error_or_a_closed_stream_stops_the_others() -> None:
    stopped: list[int] = []

    async def work(number: int) -> int:
        if number == 1:
            raise ValueError(number)
        try:
            await asyncio.sleep(0 if number == 0 else 10)
        except asyncio.CancelledError:
            stopped.append(number)
            raise
        return number

    results = in_order(numbers(4), work, 4)
    assert await anext(results) == 0
    with pytest.raises(ValueError, match="1"):
        await anext(results)
    assert stopped == [2, 3]
    results = in_order(numbers(8), work, 3)
    assert await anext(results) == 0
    await results.aclose()
    assert stopped == [2, 3, 2]
