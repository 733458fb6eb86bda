"""What a replica tells its policy of the streams that it makes."""

from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

from avatar_serving.stages.base import Stage

In = TypeVar("In")
Out = TypeVar("Out")


class Streams:
    """Streams in work, how long one takes, and how many began late, over the last *window_s*.

    *clock* is the loop's: seconds that only go forward.
    """

    def __init__(self, deadline_s: float, window_s: float, clock: Callable[[], float]) -> None:
        self.in_work = 0
        self._deadline_s = deadline_s
        self._window_s = window_s
        self._clock = clock
        self._firsts: deque[tuple[float, bool]] = deque()
        self._took: deque[tuple[float, float]] = deque()

    async def watch(self, stage: Stage[In, Out], request: In) -> AsyncGenerator[Out, None]:
        """The stage's stream, counted."""
        began, first = self._clock(), True
        self.in_work += 1
        try:
            async with aclosing(stage.run(request)) as items:
                async for item in items:
                    if first:
                        self._firsts.append((self._clock(), self._late(began)))
                        first = False
                    yield item
        finally:
            self.in_work -= 1
            now = self._clock()
            self._took.append((now, now - began))
            if first and self._late(began):
                self._firsts.append((now, True))

    def stats(self) -> dict[str, float]:
        """``in_work``; ``busy_s``, mean seconds of a stream; ``late``, share 0..1."""
        oldest = self._clock() - self._window_s
        while self._firsts and self._firsts[0][0] < oldest:
            self._firsts.popleft()
        while len(self._took) > 1 and self._took[0][0] < oldest:
            self._took.popleft()
        return {
            "in_work": float(self.in_work),
            "busy_s": _mean([took for _, took in self._took]),
            "late": _mean([float(late) for _, late in self._firsts]),
        }

    def _late(self, began: float) -> bool:
        return self._clock() - began > self._deadline_s


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
