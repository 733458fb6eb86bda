"""Lines of many sessions, spoken in turn in one studio, each with its own stream of sound."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from avatar_serving.batches import by_halves
from avatar_serving.cosyvoice.line import Line
from avatar_serving.samples import Samples
from avatar_serving.tickets import End, Ticket
from avatar_serving.torch_device import memory_errors


class Speaking(Protocol):
    """What of a Studio is used here."""

    @property
    def has_room(self) -> bool: ...
    def begin(self, line: Line) -> None: ...
    def step(self, lines: list[Line]) -> None: ...
    def due(self, line: Line) -> bool: ...
    def sound(self, lines: Sequence[Line]) -> Sequence[Samples]: ...
    def end(self, line: Line) -> None: ...


class Joined:
    """Rounds of one token for each line; whoever comes waits for the round that is in work.

    A round is a step of the language model, and the sound of those lines that have a stretch ready,
    made together; by halves, where memory lacks.
    """

    def __init__(self, studio: Speaking) -> None:
        self._studio = studio
        self._waiting: list[Ticket[Line]] = []
        self._going: list[Ticket[Line]] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, line: Line) -> AsyncGenerator[Samples, None]:
        """Stretches of sound. Closing the stream frees the line's slot.

        Raises:
            OutOfMemory: not enough room on the GPU now.
        """
        ticket = Ticket(line)
        self._waiting.append(ticket)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._serve())
        async with aclosing(ticket.stream()) as items:
            async for item in items:
                yield item

    async def _serve(self) -> None:
        while self._waiting or self._going:
            for ticket, item in await asyncio.to_thread(self._round):
                ticket.items.put_nowait(item)

    def _round(self) -> list[tuple[Ticket[Line], Any]]:
        told: list[tuple[Ticket[Line], Any]] = []
        for ticket in [each for each in self._going if each.closed]:
            self._leave(ticket)
        told += self._admit()
        told += self._together()
        return told + self._sounded([t for t in self._going if self._studio.due(t.request)])

    def _admit(self) -> list[tuple[Ticket[Line], Any]]:
        told: list[tuple[Ticket[Line], Any]] = []
        while self._waiting and self._studio.has_room:
            ticket = self._waiting.pop(0)
            if ticket.closed:
                continue
            try:
                with memory_errors("tts"):
                    self._studio.begin(ticket.request)
                self._going.append(ticket)
            except Exception as error:
                told.append((ticket, End(error)))
        return told

    def _together(self) -> list[tuple[Ticket[Line], Any]]:
        """What goes wrong here goes wrong for all."""
        try:
            with memory_errors("tts"):
                self._studio.step([ticket.request for ticket in self._going])
        except Exception as error:
            lost = list(self._going)
            for ticket in lost:
                self._leave(ticket)
            return [(ticket, End(error)) for ticket in lost]
        return []

    def _sounded(self, due: list[Ticket[Line]]) -> list[tuple[Ticket[Line], Any]]:
        """What goes wrong here goes wrong for all that have a stretch ready."""
        if not due:
            return []
        try:
            sounds = by_halves(self._sound, [ticket.request for ticket in due])
        except Exception as error:
            for ticket in due:
                self._leave(ticket)
            return [(ticket, End(error)) for ticket in due]
        told: list[tuple[Ticket[Line], Any]] = list(zip(due, sounds, strict=True))
        for ticket in [each for each in due if each.request.finished]:
            self._leave(ticket)
            told.append((ticket, End()))
        return told

    def _sound(self, lines: Sequence[Line]) -> Sequence[Samples]:
        with memory_errors("tts"):
            return self._studio.sound(lines)

    def _leave(self, ticket: Ticket[Line]) -> None:
        self._going.remove(ticket)
        self._studio.end(ticket.request)
