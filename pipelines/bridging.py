"""What an avatar says while the words of its answer are late."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from avatar_serving import lateness
from avatar_serving.flow import Ahead

_AHEAD = 4
"""Clauses that are ready before they are spoken."""
_PATIENCE_S = 0.5
"""Another replica that is there already goes on sooner, and nobody notices."""
_SENTENCES = {"en": "One moment, please.", "zh": "请稍等一下。"}


@dataclass(frozen=True, slots=True)
class Aside:
    """Said, but no part of the answer."""

    text: str


async def bridged(
    texts: AsyncGenerator[str, None], language: str
) -> AsyncGenerator[str | Aside, None]:
    """*texts*, made ahead; once, where they are late, a sentence in between."""
    late, said = _Late(), False
    with lateness.told_to(late.hear):
        ahead = Ahead(texts, _AHEAD)
    try:
        while True:
            coming = asyncio.create_task(_next(ahead))
            try:
                if not said and await late.outlasts(coming):
                    said = True
                    yield Aside(_SENTENCES.get(language, _SENTENCES["en"]))
                text = await coming
            finally:
                coming.cancel()
            if text is None:
                return
            yield text
    finally:
        await ahead.close()


async def _next(ahead: Ahead[str]) -> str | None:
    return await anext(ahead, None)


class _Late:
    def __init__(self) -> None:
        self._told = asyncio.Event()

    def hear(self, late: bool) -> None:
        if late:
            self._told.set()
        else:
            self._told.clear()

    async def outlasts(self, coming: asyncio.Task[str | None]) -> bool:
        """Whether *coming* is late, and does not come within our patience."""
        told = asyncio.create_task(self._told.wait())
        try:
            await asyncio.wait({coming, told}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                await asyncio.wait({coming}, timeout=_PATIENCE_S)
            return not coming.done() and self._told.is_set()
        finally:
            told.cancel()
