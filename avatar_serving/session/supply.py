"""The stretches of one answer, made ahead of their playback and kept until they are heard."""

from collections.abc import AsyncGenerator
from typing import Protocol

from avatar_serving.flow import Ahead
from avatar_serving.media import Spoken
from avatar_serving.session.announcer import Stretch

_AHEAD = 2
"""Stretches made before they are asked for."""


class Stretches(Protocol):
    """Where an answer takes its stretches from."""

    @property
    def exhausted(self) -> bool:
        """There is nothing more to come."""
        ...

    async def next(self) -> Stretch | None:
        """The next stretch; None after the last.

        Raises: what making it raised.
        """
        ...

    def hold(self) -> None:
        """Make nothing more for now."""
        ...

    def go_on(self) -> None:
        """Undo ``hold``."""
        ...

    async def close(self) -> None:
        """Every stage upstream stops."""
        ...


class Supply(Ahead[Stretch]):
    """Outlives its reader: an answer that was cut short can go on. Pieces that go on with a stretch
    take no room, so that as much sound is made ahead as without them."""

    def __init__(self, source: AsyncGenerator[Stretch, None]) -> None:
        super().__init__(source, _AHEAD, _goes_on)

    async def next(self) -> Stretch | None:
        """The next stretch, waited for; None: that was the last."""
        return await anext(self, None)


def _goes_on(item: Stretch) -> bool:
    return isinstance(item, Spoken) and item.goes_on
