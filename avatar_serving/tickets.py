"""Requests that wait for one worker together, each with a stream of its own."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Asked = TypeVar("Asked")


@dataclass(frozen=True, slots=True)
class End:
    """The last item of a stream."""

    error: Exception | None = None
    """Why there is no more; None: that was all."""


@dataclass(slots=True, eq=False)
class Ticket(Generic[Asked]):
    """A request that waits for a worker, and the items of its answer."""

    request: Asked
    alike: Hashable = None
    """Requests are worked on together only where this is the same."""
    items: "asyncio.Queue[Any]" = field(default_factory=lambda: asyncio.Queue[Any]())
    """Filled by the worker, up to an End."""
    closed: bool = False
    """Nobody waits for it any more."""

    async def stream(self) -> AsyncGenerator[Any, None]:
        """The items. Raises the error of their End."""
        try:
            while not isinstance(item := await self.items.get(), End):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            self.closed = True
