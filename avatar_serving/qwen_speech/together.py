"""Lines of many sessions, batch after batch through one process, each with its own stream."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from avatar_serving.qwen_speech.process import Line, Stretch
from avatar_serving.samples import Samples
from avatar_serving.tickets import End, Ticket


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    line: Line
    recording: Samples | None
    seed: int


class Speaking(Protocol):
    """What of a SpeakerProcess is used here."""

    def speak(
        self, lines: Sequence[Line], recordings: Sequence[Samples | None], seed: int
    ) -> Generator[Stretch, None, None]: ...
    def stop(self) -> None: ...


class Together:
    """One batch at a time, of at most *most* lines; who comes meanwhile waits for its end."""

    def __init__(self, process: Speaking, most: int, wait_s: float) -> None:
        self._process, self._most, self._wait_s = process, most, wait_s
        self._waiting: list[Ticket[Asked]] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, asked: Asked) -> AsyncGenerator[Stretch, None]:
        """Closing the stream withdraws the line; a batch without streams ends early."""
        ticket = Ticket(asked)
        self._waiting.append(ticket)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._serve())
        async with aclosing(ticket.stream()) as items:
            async for item in items:
                yield item

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            if len(self._waiting) < self._most:
                await asyncio.sleep(self._wait_s)
            there = [ticket for ticket in self._waiting if not ticket.closed]
            batch, self._waiting = there[: self._most], there[self._most :]
            if batch:
                await asyncio.to_thread(self._speak, batch, loop.call_soon_threadsafe)

    def _speak(self, batch: list[Ticket[Asked]], soon: Callable[..., Any]) -> None:
        asked = [ticket.request for ticket in batch]
        error: Exception | None = None
        try:
            stretches = self._process.speak(
                [each.line for each in asked], [each.recording for each in asked], asked[0].seed
            )
            stopped = False
            for stretch in stretches:
                soon(batch[stretch.row].items.put_nowait, stretch)
                if not stopped and all(ticket.closed for ticket in batch):
                    self._process.stop()
                    stopped = True
        except Exception as raised:
            error = raised
        for ticket in batch:
            soon(ticket.items.put_nowait, End(error))
