"""The model alone: ``python -m ...qwen_speech.worker FOLDER DEVICE DTYPE LONGEST LINES``.

Says ``ready``, then speaks lines until its input ends, LINES at most side by side. Each has a
number. ``line`` asks for one, ``leave`` says that nobody listens to it any more; of each come
``sound`` messages, and at last ``end``, ``failed`` or ``out_of_memory``.
"""

import json
import sys
import threading
from collections import deque
from pathlib import Path
from queue import Empty, Queue
from traceback import clear_frames
from typing import IO, Any

import torch

from avatar_serving.child import worker
from avatar_serving.child.wire import read_message, write_message
from avatar_serving.qwen_speech.line import Line
from avatar_serving.qwen_speech.speaker import Speaker, Spoken

_Message = tuple["dict[str, str]", "dict[str, Any]"]
_WRONG = RuntimeError, KeyError, ValueError, NotImplementedError


class Desk:
    """Who speaks and who waits."""

    def __init__(self, speaker: Speaker, answers: IO[bytes], most: int) -> None:
        self._speaker, self._answers, self._most = speaker, answers, most
        self._room = most
        """Lines that fit: fewer after memory lacked, and one more for each that came to its end."""
        self._waiting: deque[tuple[str, Line, Any]] = deque()
        self._spoken: dict[str, Spoken] = {}

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._spoken

    def take(self, message: _Message) -> None:
        head, arrays = message
        number = head["number"]
        if head["kind"] == "line":
            line = Line(**json.loads(head["line"]))
            self._waiting.append((number, line, arrays.get("recording")))
        elif number in self._spoken:
            self._end(number, "end")
        elif any(number == waits for waits, _, _ in self._waiting):
            self._waiting = deque(each for each in self._waiting if each[0] != number)
            self._end(number, "end")

    def work(self) -> None:
        """Begin with who waits, as far as there is room, and speak one frame of each."""
        while self._waiting and len(self._spoken) < self._room:
            number, line, recording = self._waiting.popleft()
            try:
                self._spoken[number] = self._speaker.begin(line, recording)
            except _WRONG as error:
                self._failed(error, [number])
        try:
            self._speak()
        except torch.OutOfMemoryError as error:
            self._halve(error)
        except _WRONG as error:
            self._failed(error, list(self._spoken))

    def _speak(self) -> None:
        if not self._spoken:
            return
        numbers = {spoken: number for number, spoken in self._spoken.items()}
        for stretch in self._speaker.step():
            number = numbers[stretch.spoken]
            if stretch.samples is None:
                self._failed(torch.OutOfMemoryError("no memory for its sound"), [number])
                continue
            head = {"kind": "sound", "number": number, "last": "1" if stretch.last else ""}
            write_message(self._answers, head, {"samples": stretch.samples})
            if stretch.last:
                self._end(number, "end")
                self._room = min(self._room + 1, self._most)

    def _halve(self, error: Exception) -> None:
        """Those that came last make room: they may ask again, once others have ended."""
        clear_frames(error.__traceback__)  # they hold what was computed so far
        self._room = max(1, len(self._spoken) // 2)
        self._failed(error, list(self._spoken)[len(self._spoken) // 2 :])

    def _failed(self, error: Exception, numbers: "list[str]") -> None:
        full = isinstance(error, torch.OutOfMemoryError)
        for number in numbers:
            self._end(number, "out_of_memory" if full else "failed", str(error))
        if full:
            torch.cuda.empty_cache()

    def _end(self, number: str, kind: str, detail: str = "") -> None:
        if (spoken := self._spoken.pop(number, None)) is not None:
            self._speaker.end(spoken)
        write_message(self._answers, {"kind": kind, "number": number, "detail": detail}, {})


def serve(speaker: Speaker, source: IO[bytes], answers: IO[bytes], most: int) -> None:
    asked: Queue[_Message | None] = Queue()
    threading.Thread(target=_listen, args=(source, asked), daemon=True).start()
    desk = Desk(speaker, answers, most)
    while True:
        try:
            message = asked.get(block=desk.idle)
        except Empty:
            desk.work()
            continue
        if message is None:
            return
        desk.take(message)


def _listen(source: IO[bytes], asked: "Queue[_Message | None]") -> None:
    try:
        while True:
            asked.put(read_message(source))
    except (EOFError, ValueError):
        asked.put(None)


def main() -> None:
    folder, device, dtype, longest, most = sys.argv[1:6]

    def opened() -> "tuple[Speaker, dict[str, str]]":
        speaker = Speaker(Path(folder), device, dtype, int(longest))
        return speaker, {"clones": "1" if speaker.clones else ""}

    worker.run(opened, lambda speaker, source, told: serve(speaker, source, told, int(most)))


if __name__ == "__main__":
    main()
