"""Lines of many sessions, spoken in turn in one studio, each with its own stream of sound."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Protocol

from avatar_serving.cosyvoice.studio import Line
from avatar_serving.samples import Samples
from avatar_serving.torch_device import memory_errors


class Speaking(Protocol):
    """What of a Studio is used here."""

    @property
    def has_room(self) -> bool: ...
    def begin(self, line: Line) -> None: ...
    def step(self, lines: list[Line]) -> None: ...
    def due(self, line: Line) -> bool: ...
    def sound(self, line: Line) -> Samples: ...
    def end(self, line: Line) -> None: ...


@dataclass(slots=True, eq=False)
class _Ticket:
    line: Line
    items: "asyncio.Queue[Any]" = field(default_factory=lambda: asyncio.Queue[Any]())
    closed: bool = False


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None = None


class Joined:
    """Rounds of one token for each line; whoever comes waits for the round that is in work.

    A round is a step of the language model, and the sound of those lines that have a stretch ready.
    """

    def __init__(self, studio: Speaking) -> None:
        self._studio = studio
        self._waiting: list[_Ticket] = []
        self._going: list[_Ticket] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, line: Line) -> AsyncGenerator[Samples, None]:
        """Stretches of sound. Closing the stream frees the line's slot.

        Raises:
            OutOfMemory: not enough room on the GPU now.
        """
        ticket = _Ticket(line)
        self._waiting.append(ticket)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._serve())
        try:
            while not isinstance(item := await ticket.items.get(), _End):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            ticket.closed = True

    async def _serve(self) -> None:
        while self._waiting or self._going:
            for ticket, item in await asyncio.to_thread(self._round):
                ticket.items.put_nowait(item)

    def _round(self) -> list[tuple[_Ticket, Any]]:
        told: list[tuple[_Ticket, Any]] = []
        for ticket in [each for each in self._going if each.closed]:
            self._leave(ticket)
        told += self._admit()
        told += self._together()
        for ticket in [each for each in self._going if self._studio.due(each.line)]:
            told += self._sounded(ticket)
        return told

    def _admit(self) -> list[tuple[_Ticket, Any]]:
        told: list[tuple[_Ticket, Any]] = []
        while self._waiting and self._studio.has_room:
            ticket = self._waiting.pop(0)
            if ticket.closed:
                continue
            try:
                with memory_errors("tts"):
                    self._studio.begin(ticket.line)
                self._going.append(ticket)
            except Exception as error:
                told.append((ticket, _End(error)))
        return told

    def _together(self) -> list[tuple[_Ticket, Any]]:
        """What goes wrong here goes wrong for all."""
        try:
            with memory_errors("tts"):
                self._studio.step([ticket.line for ticket in self._going])
        except Exception as error:
            lost = list(self._going)
            for ticket in lost:
                self._leave(ticket)
            return [(ticket, _End(error)) for ticket in lost]
        return []

    def _sounded(self, ticket: _Ticket) -> list[tuple[_Ticket, Any]]:
        try:
            with memory_errors("tts"):
                told: list[tuple[_Ticket, Any]] = [(ticket, self._studio.sound(ticket.line))]
        except Exception as error:
            self._leave(ticket)
            return [(ticket, _End(error))]
        if ticket.line.finished:
            self._leave(ticket)
            told.append((ticket, _End()))
        return told

    def _leave(self, ticket: _Ticket) -> None:
        self._going.remove(ticket)
        self._studio.end(ticket.line)
