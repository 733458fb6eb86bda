"""A network's process as seen from here: it is started, written to, read from, and may be lost."""

import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import avatar_serving
from avatar_serving.child.wire import read_message, write_message
from avatar_serving.errors import EngineLost, StageFailed, StageTimeout

Message: TypeAlias = tuple[dict[str, str], dict[str, Any]]
"""A head, and arrays by name."""

_AGAIN_S = 5.0
_HOME = Path(avatar_serving.__file__).parents[1]


class ChildProcess:
    """Started when it is needed, and again after it died.

    One thread may read while another writes; who starts or closes it is alone.
    """

    def __init__(
        self, stage: str, python: str, module: str, arguments: tuple[str, ...], limit_s: float
    ) -> None:
        """*python*: an interpreter that has what *module* needs; empty: this one. *limit_s* bounds
        the start, and the wait for each message."""
        self._stage, self._limit_s = stage, limit_s
        self._command = (python or sys.executable, "-m", module, *arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._told: dict[str, str] = {}

    def started(self) -> dict[str, str]:
        """What it said of itself when it was ready.

        Raises:
            StageFailed: it cannot start, such as for want of a library or of fitting weights.
            StageTimeout: it takes too long.
        """
        if self._process is not None and self._process.poll() is None:
            return self._told
        self.close()
        self._process = self._opened()
        try:
            head, _ = self.read()
        except EngineLost as error:
            self.close()
            raise StageFailed(self._stage, "its process ended; its log says why") from error
        except StageTimeout:
            self.close()
            raise
        if head["kind"] != "ready":
            self.close()
            raise StageFailed(self._stage, head["detail"])
        self._told = head
        return head

    def write(self, head: dict[str, str], arrays: dict[str, Any]) -> None:
        """Raises EngineLost, StageTimeout."""
        process = self._process
        if process is None or process.stdin is None:
            raise EngineLost(self._stage, _AGAIN_S)
        with self._limited(process):
            write_message(process.stdin, head, arrays)

    def read(self) -> Message:
        """The next message. Raises EngineLost, StageTimeout."""
        process = self._process
        if process is None or process.stdout is None:
            raise EngineLost(self._stage, _AGAIN_S)
        with self._limited(process):
            return read_message(process.stdout)

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _opened(self) -> "subprocess.Popen[bytes]":
        surroundings = {**os.environ}
        path = filter(None, (surroundings.get("PYTHONPATH"), str(_HOME)))
        surroundings["PYTHONPATH"] = os.pathsep.join(path)
        try:
            return subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings
            )
        except OSError as error:
            reason = f"{self._command[0]} does not run: {error}"
            raise StageFailed(self._stage, reason) from error

    @contextmanager
    def _limited(self, process: "subprocess.Popen[bytes]") -> Generator[None, None, None]:
        """Ends the process when it takes too long; what waits for it is told."""
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._limit_s, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (EOFError, OSError, ValueError) as error:
            process.kill()
            process.wait()
            if late.is_set():
                raise StageTimeout(self._stage, self._limit_s) from error
            raise EngineLost(self._stage, _AGAIN_S) from error
        finally:
            timer.cancel()
