"""One response: drafted in silence, released, spoken ahead of its playback, heard or cut."""

import asyncio
from collections.abc import Awaitable, Callable

from avatar_serving import logs, metrics
from avatar_serving.errors import AvatarError
from avatar_serving.media import Spoken
from avatar_serving.session.announcer import Announcer, Status
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.rest import Rest
from avatar_serving.session.supply import Stretches
from avatar_serving.traces import Mark

log = logs.get()


class Answer:
    """A response and the task that speaks it.

    Work begins at once; nothing is sent before ``release``. It ends exactly once, whatever
    happens: all stretches sent, an error, ``stop`` or ``hold``.
    """

    def __init__(
        self,
        supply: Stretches,
        announcer: Announcer,
        clock: TurnClock,
        on_sent: Callable[[], None],
        on_heard: Callable[[], Awaitable[None]],
        traced: Mark,
    ) -> None:
        self.announcer = announcer
        self.clock = clock
        self._supply = supply
        self._played: list[Spoken] = []
        self._on_sent = on_sent
        self._on_heard = on_heard
        self._released = asyncio.Event()
        self._traced = traced
        self._ended = False
        self._counted = False
        self._task = asyncio.create_task(self._run())

    @property
    def active(self) -> bool:
        """Released, and its ``response.done`` has not been sent."""
        return self._released.is_set() and not self._ended

    @property
    def made(self) -> bool:
        """Nothing more of it will be made than was sent, or is being sent now."""
        return self._supply.exhausted

    def release(self) -> None:
        """The turn is certain: speak."""
        self._released.set()

    async def drop(self) -> None:
        """Throw a draft away: nobody has heard of it."""
        self._task.cancel()
        await asyncio.wait({self._task})
        await self._supply.close()
        if not self._released.is_set():
            self._traced.end("dropped")

    async def stop(self, reason: str) -> None:
        """Be silent now: every stage stops, and a response that was not over ends as cancelled."""
        await self.drop()
        if self._released.is_set():
            await self._end("cancelled", reason)
            self._traced.end(reason)

    async def hold(self, reason: str, heard_ms: float) -> Rest:
        """Be silent now, as with ``stop``, but keep what was not heard: nobody may have meant to
        interrupt. What is made already stays; nothing more is made until it is wanted."""
        self._supply.hold()
        self._task.cancel()
        await asyncio.wait({self._task})
        if self._released.is_set():
            await self._end("cancelled", reason)
            self._traced.end(reason)
        return Rest(self._played, heard_ms, self._supply)

    async def part(self, within_s: float) -> tuple[str, bool]:
        """Be silent after what was sent. Returns the text that was not, and whether that is all:
        its words are waited for, for *within_s* at most."""
        self._task.cancel()
        await asyncio.wait({self._task})
        rest = Rest(self._played, self.announcer.ledger.sent_ms, self._supply)
        try:
            text, whole = await rest.words(within_s)
        finally:
            await rest.close()
        if self._released.is_set():
            over = whole and not text
            await self._end("completed" if over else "cancelled", None if over else "moved")
        return text, whole

    async def _run(self) -> None:
        try:
            await self._speak()
            await self._end("completed")
            self._on_sent()
        except AvatarError as error:
            await self._fail(error)
        except Exception as error:
            log.error("answer failed", exc_info=error)
            await self._fail(AvatarError("the answer failed on the server"))
        else:
            left_s = self.announcer.unheard_s()
            while left_s > 0:
                await asyncio.sleep(left_s)
                left_s = self.announcer.unheard_s()
            await self._settle("completed")

    async def _speak(self) -> None:
        while (stretch := await self._supply.next()) is not None:
            self.clock.note("first_clause_ready")
            await self._open()
            if isinstance(stretch, Spoken):
                self._played.append(stretch)
            await self.announcer.play(stretch)
        await self._open()

    async def _open(self) -> None:
        await self._released.wait()
        await self.announcer.open()

    async def _fail(self, error: AvatarError) -> None:
        await self._supply.close()
        await self._open()
        await self._end("failed", None, error)
        await self._settle("failed")

    async def _settle(self, outcome: str) -> None:
        """Nothing more will be heard of it: count it, and tell where its time went."""
        self.count(outcome)
        await self.announcer.report()
        await self._on_heard()

    def count(self, outcome: str) -> None:
        """Each answer counts once: one may be interrupted while its end is being told."""
        if not self._counted:
            self._counted = True
            self._traced.end(outcome)
            metrics.turns.labels(outcome).inc()

    async def _end(
        self, status: Status, reason: str | None = None, error: AvatarError | None = None
    ) -> None:
        if self._ended:
            return
        self._ended = True
        await self.announcer.open()
        await self.announcer.close(status, reason, error)
