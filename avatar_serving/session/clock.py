"""When each step of a turn happened, so that a turn can say where its time went."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Generic, TypeVar

from avatar_serving.stages.base import Stage

In = TypeVar("In")
Out = TypeVar("Out")


class TurnClock:
    """Marks of one turn, in milliseconds after its origin: the last sample of the user's speech."""

    def __init__(self, now: Callable[[], float], origin_s: float | None = None) -> None:
        self._now = now
        self.spoken = origin_s is not None
        """The user spoke; otherwise the turn began with a message."""
        self.origin_s = now() if origin_s is None else origin_s
        self._marks: dict[str, float] = {}

    def note(self, name: str) -> None:
        """Remember the first time that *name* happened."""
        self._marks.setdefault(name, self._now())

    def since_origin_s(self, name: str) -> float | None:
        """When *name* first happened, in seconds after the origin; None: not yet."""
        at_s = self._marks.get(name)
        return None if at_s is None else at_s - self.origin_s

    def timings_ms(self) -> dict[str, int]:
        """All marks in order of time. Differences of neighbours are the time of each step."""
        ordered = sorted(self._marks.items(), key=lambda mark: mark[1])
        return {name: round((at_s - self.origin_s) * 1000) for name, at_s in ordered}


class Noted(Generic[In, Out]):
    """A stage that marks when its stream gave its first item."""

    def __init__(self, stage: Stage[In, Out], note: Callable[[str], None], mark: str) -> None:
        self._stage = stage
        self._note = note
        self._mark = mark

    async def run(self, request: In, /) -> AsyncGenerator[Out, None]:
        async with aclosing(self._stage.run(request)) as items:
            async for item in items:
                self._note(self._mark)
                yield item
