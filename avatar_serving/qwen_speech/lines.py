"""Lines of many sessions in the model's process: each joins as it comes, and leaves when it may."""

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from avatar_serving.child.process import ChildProcess
from avatar_serving.errors import EngineLost, OutOfMemory, StageFailed, StageTimeout
from avatar_serving.qwen_speech.line import Line
from avatar_serving.samples import Samples
from avatar_serving.tickets import End, Ticket

_STAGE = "tts"
_WORKER = "avatar_serving.qwen_speech.worker"


@dataclass(frozen=True, slots=True)
class Asked:
    line: Line
    recording: Samples | None


@dataclass(frozen=True, slots=True)
class Stretch:
    samples: Samples
    last: bool


_Ticket: TypeAlias = Ticket[Asked]


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    ticket: _Ticket
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def give(self, item: Stretch | End) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits for it
            self.loop.call_soon_threadsafe(self.ticket.items.put_nowait, item)


class Lines:
    """The process is started when a line needs it, and again after it died."""

    def __init__(
        self, python: str, folder: Path, device: str, dtype: str, longest: int, most: int,
        limit_s: float,
    ) -> None:  # fmt: skip
        """*python*: an interpreter that has qwen-tts; empty: this one. *most* lines are spoken side
        by side. *limit_s* bounds the start, and the wait for a stretch."""
        arguments = (str(folder), device, dtype, str(longest), str(most))
        self._child = ChildProcess(_STAGE, python, _WORKER, arguments, limit_s)
        self._open: dict[str, _Open] = {}
        self._numbers = map(str, itertools.count())
        self._lock = threading.Lock()
        self._hearing = False

    def start(self) -> bool:
        """Whether the model speaks like recordings, instead of in voices of its own.

        Raises:
            StageFailed: it cannot start, such as for want of qwen-tts or of fitting weights.
            StageTimeout: it takes too long.
        """
        with self._lock:
            return bool(self._child.started()["clones"])

    async def run(self, asked: Asked) -> AsyncGenerator[Stretch, None]:
        """Closing the stream ends the line at its next frame.

        Raises:
            OutOfMemory: on its GPU; it goes on.
            EngineLost: it died; the next line starts it again.
            StageFailed, StageTimeout: as of `start`, or of its work.
        """
        number, ticket, ended = next(self._numbers), Ticket(asked), False
        try:
            await asyncio.to_thread(self._ask, number, _Open(ticket))
            async with aclosing(ticket.stream()) as stretches:
                async for stretch in stretches:
                    ended = stretch.last
                    yield stretch
        finally:
            ticket.closed = True
            if not ended:  # in a thread: another may be starting the process, for seconds
                asyncio.get_running_loop().run_in_executor(None, self._leave, number)

    def close(self) -> None:
        self._child.close()

    def _ask(self, number: str, opened: _Open) -> None:
        asked = opened.ticket.request
        head = {"kind": "line", "number": number, "line": json.dumps(asdict(asked.line))}
        recording = {} if asked.recording is None else {"recording": asked.recording}
        with self._lock:
            if opened.ticket.closed:
                return
            if not self._hearing:  # else it runs, or those who hear it are about to be told
                self._child.started()
            self._child.write(head, recording)
            self._open[number] = opened
            if not self._hearing:
                self._hearing = True
                threading.Thread(target=self._hear, daemon=True).start()

    def _leave(self, number: str) -> None:
        with self._lock, suppress(EngineLost, StageTimeout):
            if number in self._open:
                self._child.write({"kind": "leave", "number": number}, {})

    def _hear(self) -> None:
        """Until every line has ended: who has left is told of, too."""
        while True:
            try:
                head, arrays = self._child.read()
            except (EngineLost, StageTimeout) as error:
                self._lose(error)
                return
            self._tell(head, arrays)
            with self._lock:
                if not self._open:
                    self._hearing = False
                    return

    def _tell(self, head: dict[str, str], arrays: dict[str, Any]) -> None:
        if head["kind"] == "sound":
            with self._lock:
                opened = self._open[head["number"]]
            opened.give(Stretch(arrays["samples"], bool(head["last"])))
            return
        with self._lock:
            opened = self._open.pop(head["number"])
        failures = {"failed": StageFailed, "out_of_memory": OutOfMemory}
        failure = failures.get(head["kind"])
        opened.give(End(failure(_STAGE, head["detail"]) if failure else None))

    def _lose(self, error: EngineLost | StageTimeout) -> None:
        with self._lock:
            lost, self._open, self._hearing = [*self._open.values()], {}, False
        for opened in lost:
            opened.give(End(error))
