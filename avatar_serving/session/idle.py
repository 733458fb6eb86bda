"""Notices a user who says nothing after an answer."""

import asyncio
from collections.abc import Awaitable, Callable

NUDGE = (
    "The user has said nothing for a while. In one short, friendly sentence, ask whether they are "
    "still there, or take the conversation up again."
)
"""Said to the language model alone."""


class Idle:
    """Waits after each answer, and tells when the wait is over."""

    def __init__(self, quiet: Callable[[], bool], over: Callable[[float], Awaitable[None]]) -> None:
        """*over* is told how many seconds nothing was said, unless things are not *quiet*: then
        another wait begins."""
        self._quiet = quiet
        self._over = over
        self._task: asyncio.Task[None] | None = None

    def begin(self, timeout_s: float) -> None:
        """The last sound of the avatar has been heard."""
        self.stop()
        self._task = asyncio.create_task(self._wait(timeout_s))

    def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    async def _wait(self, timeout_s: float) -> None:
        await asyncio.sleep(timeout_s)
        await (self._over if self._quiet() else self._wait)(timeout_s)


class Reprompts:
    """Counts how often in a row the avatar spoke to a user who stays silent."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._last_words: str | None = None

    def another(self, last_words: str | None) -> bool:
        """Whether the avatar speaks up again; *last_words*: the newest item in which the user
        said something."""
        self._count = 1 if last_words != self._last_words else self._count + 1
        self._last_words = last_words
        return self._count <= self._most
