"""The model's process as seen from here: lines in, stretches of sound out."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import avatar_serving
from avatar_serving.errors import EngineLost, OutOfMemory, StageFailed, StageTimeout
from avatar_serving.lam.wire import read_message, write_message
from avatar_serving.samples import Samples

_STAGE = "tts"
_AGAIN_S = 5.0
_HOME = Path(avatar_serving.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be spoken; the fields of `avatar_serving.qwen_speech.speaker.Line`."""

    text: str
    language: str
    speaker: str
    instruction: str
    speed: float
    transcript: str


@dataclass(frozen=True, slots=True)
class Stretch:
    row: int
    samples: Samples
    last: bool


class SpeakerProcess:
    """One batch at a time. Started when it is needed, and again after it died."""

    def __init__(
        self, python: str, folder: Path, device: str, dtype: str, longest: int, limit_s: float
    ) -> None:
        """*python*: an interpreter that has qwen-tts; empty: this one. *limit_s* bounds the start,
        and the wait for a stretch."""
        module = "avatar_serving.qwen_speech.worker"
        arguments = ("-m", module, str(folder), device, dtype, str(longest))
        self._command = (python or sys.executable, *arguments)
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._clones = False

    def start(self) -> bool:
        """Whether the model speaks like recordings, instead of in voices of its own.

        Raises:
            StageFailed: it cannot start, such as for want of qwen-tts or of fitting weights.
            StageTimeout: it takes too long.
        """
        with self._lock:
            self._started()
            return self._clones

    def speak(
        self, lines: Sequence[Line], recordings: Sequence[Samples | None], seed: int
    ) -> Generator[Stretch, None, None]:
        """All side by side. Blocks.

        Raises:
            OutOfMemory: on its GPU; it goes on.
            EngineLost: it died; the next batch starts it again.
            StageFailed, StageTimeout: as of `start`, or of its work.
        """
        with self._lock:
            self._started()
            self._write({"kind": "speak", "seed": str(seed), "lines": _told(lines)}, {
                f"recording{row}": each for row, each in enumerate(recordings) if each is not None
            })  # fmt: skip
            while (message := self._read())[0]["kind"] == "sound":
                head, arrays = message
                yield Stretch(int(head["row"]), arrays["samples"], bool(head["last"]))
        if message[0]["kind"] != "done":
            failure = OutOfMemory if message[0]["kind"] == "out_of_memory" else StageFailed
            raise failure(_STAGE, message[0]["detail"])

    def stop(self) -> None:
        """Nobody listens to the batch any more; it ends with its next stretch. From any thread."""
        self._write({"kind": "stop"}, {})

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        environment = {**os.environ}
        before = environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (before, str(_HOME))))
        try:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
        except OSError as error:
            raise StageFailed(_STAGE, f"{self._command[0]} does not run: {error}") from error
        try:
            head, _ = self._read()
        except EngineLost as error:
            raise StageFailed(_STAGE, "its process ended; its log says why") from error
        if head["kind"] != "ready":
            self.close()
            raise StageFailed(_STAGE, head["detail"])
        self._clones = bool(head["clones"])

    def _write(self, head: dict[str, str], arrays: dict[str, Any]) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        try:
            write_message(process.stdin, head, arrays)
        except OSError as error:
            raise EngineLost(_STAGE, _AGAIN_S) from error

    def _read(self) -> tuple[dict[str, str], dict[str, Any]]:
        process, late = self._process, threading.Event()
        assert process is not None and process.stdout is not None

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._limit_s, end)
        timer.daemon = True
        timer.start()
        try:
            return read_message(process.stdout)
        except (EOFError, ValueError) as error:
            self.close()
            if late.is_set():
                raise StageTimeout(_STAGE, self._limit_s) from error
            raise EngineLost(_STAGE, _AGAIN_S) from error
        finally:
            timer.cancel()


def _told(lines: Sequence[Line]) -> str:
    return json.dumps([asdict(line) for line in lines])
