"""A counted resource, reserved before any work is done for it."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

from avatar_serving import metrics
from avatar_serving.errors import Overloaded

_LOOK_S = 0.2
"""How often those who wait look for a free slot."""


class Slots:
    def __init__(self, what: str, size: int, retry_after_s: float) -> None:
        self.size = size
        self.held = 0
        self.turned_away = 0
        self._what = what
        self._retry_after_s = retry_after_s
        self._queue: list[object] = []

    def check(self) -> None:
        """Say so at once when there is no slot; another caller may still be quicker.

        Raises:
            Overloaded: all are held, or waited for.
        """
        if self.held >= self.size or self._queue:
            raise self._refusal(f"all {self.size} {self._what} are taken")

    async def turn(self, tell: Callable[[int], Awaitable[None]]) -> None:
        """Wait for a slot: first come, first served. *tell* is told one's place when it changes.
        ``reserve`` when this returns, with nothing awaited in between.

        Raises:
            Overloaded: as many wait as there are slots.
        """
        if len(self._queue) >= self.size:
            raise self._refusal(f"all {self.size} {self._what} are taken, and as many wait")
        me, told = object(), 0
        self._queue.append(me)
        try:
            while (place := self._queue.index(me) + 1) > 1 or self.held >= self.size:
                if place != told:
                    await tell(place)
                    told = place
                await asyncio.sleep(_LOOK_S)
        finally:
            self._queue.remove(me)

    @contextmanager
    def reserve(self, *, waited: bool = False) -> Generator[None, None, None]:
        """Hold one slot. *waited*: its ``turn`` has come.

        Raises:
            Overloaded: all are held, or waited for.
        """
        if not waited:
            self.check()
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1

    def _refusal(self, why: str) -> Overloaded:
        self.turned_away += 1
        metrics.refused.labels(Overloaded.code).inc()
        return Overloaded(why, self._retry_after_s)
