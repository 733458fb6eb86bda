"""A short sentence that bridges the wait for a slow function."""

import asyncio
from collections.abc import Awaitable, Callable

_SENTENCES = {
    "en": ("One moment, please.", "I am still looking.", "It takes a little longer."),
    "zh": ("请稍等一下。", "我还在查。", "还需要一点时间。"),
}


class Filler:
    """Waits for results. What takes longer than *patience_s* is bridged, once for each wait."""

    def __init__(self, patience_s: float, speak: Callable[[], Awaitable[None]]) -> None:
        """*patience_s* 0: never speak."""
        self._patience_s = patience_s
        self._speak = speak
        self._awaited: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._spoken = 0

    @property
    def waiting(self) -> bool:
        return bool(self._awaited)

    def expect(self, calls: list[str]) -> None:
        """The client was asked for these *calls*."""
        self._awaited.update(calls)
        if calls and self._patience_s > 0:
            self._stop()
            self._task = asyncio.create_task(self._wait())

    def arrived(self, call_id: str) -> None:
        """The client has given a result."""
        self._awaited.discard(call_id)
        if not self._awaited:
            self._stop()

    def close(self) -> None:
        """Nobody waits any more: the user has spoken, or is gone."""
        self._awaited.clear()
        self._stop()

    def sentence(self, language: str) -> str:
        """What to say, another one each time."""
        choices = _SENTENCES.get(language, _SENTENCES["en"])
        self._spoken += 1
        return choices[(self._spoken - 1) % len(choices)]

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _wait(self) -> None:
        await asyncio.sleep(self._patience_s)
        self._task = None
        if self._awaited:
            await self._speak()
