"""Lines of many sessions, batch after batch through one process, each with its own stream."""

import asyncio
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from avatar_serving.batches import BatchQueue
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


class Together(BatchQueue[Asked, Stretch]):
    """Who comes while a batch is spoken waits for its end."""

    def __init__(self, process: Speaking, most: int, wait_s: float) -> None:
        super().__init__(most, wait_s)
        self._process = process

    def _finish(self, batch: list[Ticket[Asked]], loop: asyncio.AbstractEventLoop) -> None:
        soon = loop.call_soon_threadsafe
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
