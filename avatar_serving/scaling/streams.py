"""What a replica tells its policy of the streams that it makes."""

from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from itertools import count
from typing import TypeVar

from avatar_serving.stages.base import Stage

In = TypeVar("In")
Out = TypeVar("Out")


class Streams:
    """Streams in work, how long one takes, and how many began late, over the last *window_s*.

    *clock* is the loop's: seconds that only go forward.
    """

    def __init__(self, deadline_s: float, window_s: float, clock: Callable[[], float]) -> None:
        self._deadline_s = deadline_s
        self._window_s = window_s
        self._clock = clock
        self._began: dict[int, float] = {}
        self._numbers = count()
        self._firsts: deque[tuple[float, bool]] = deque()
        self._took: deque[tuple[float, float]] = deque()

    @property
    def in_work(self) -> int:
        return len(self._began)

    async def watch(self, stage: Stage[In, Out], request: In) -> AsyncGenerator[Out, None]:
        """The stage's stream, counted."""
        number, began, first = next(self._numbers), self._clock(), True
        self._began[number] = began
        try:
            async with aclosing(stage.run(request)) as items:
                async for item in items:
                    if first:
                        self._firsts.append((self._clock(), self._late(began)))
                        first = False
                    yield item
        finally:
            del self._began[number]
            now = self._clock()
            self._took.append((now, now - began))
            if first and self._late(began):
                self._firsts.append((now, True))

    def stats(self) -> dict[str, float]:
        """``in_work``; ``busy_s``, mean seconds of a stream; ``late``, share 0..1.

        A stream in work takes at least as long as it has taken: where nothing has ended for long,
        that says more than what ended before.
        """
        now = self._clock()
        oldest = now - self._window_s
        while self._firsts and self._firsts[0][0] < oldest:
            self._firsts.popleft()
        while len(self._took) > 1 and self._took[0][0] < oldest:
            self._took.popleft()
        return {
            "in_work": float(self.in_work),
            "busy_s": max(
                _mean([took for _, took in self._took]),
                _mean([now - began for began in self._began.values()]),
            ),
            "late": _mean([float(late) for _, late in self._firsts]),
        }

    def _late(self, began: float) -> bool:
        return self._clock() - began > self._deadline_s


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
