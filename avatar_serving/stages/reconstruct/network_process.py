"""The network of a large avatar model in a process of its own, which may have another python."""

import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import avatar_serving
from avatar_serving.errors import EngineLost, OutOfMemory, StageFailed, StageTimeout
from avatar_serving.lam.wire import read_message, write_message

_STAGE = "reconstruct"
_AGAIN_S = 5.0
_HOME = Path(avatar_serving.__file__).parents[1]


class NetworkProcess:
    """One request at a time. Started when it is needed, and again after it died."""

    def __init__(self, worker: str, python: str, folder: Path, device: str, limit_s: float) -> None:
        """*worker*: the module that it runs, such as ``avatar_serving.lam.worker``. *python*: an
        interpreter that has torch; empty: this one. *limit_s* bounds a request, and the start."""
        arguments = ("-m", worker, str(folder), device)
        self._command = (python or sys.executable, *arguments)
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._side = 0

    def start(self) -> int:
        """Side of the pictures it takes, in pixels.

        Raises:
            StageFailed: it cannot start, such as for want of torch or of fitting weights.
            StageTimeout: it takes too long.
        """
        with self._lock:
            return self._started()

    def attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Arrays by the names of `avatar_serving.lam.network.Attributes`, without b; *asked*: those
        that ``attributes`` of the worker takes.

        Raises:
            OutOfMemory: on its GPU; it goes on.
            EngineLost: it died; the next request starts it again.
            StageFailed, StageTimeout: as of `start`, or of its work.
        """
        with self._lock:
            self._started()
            head, arrays = self._asked(asked)
        if head["kind"] == "attributes":
            return arrays
        failure = OutOfMemory if head["kind"] == "out_of_memory" else StageFailed
        raise failure(_STAGE, head["detail"])

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> int:
        if self._process is None or self._process.poll() is not None:
            self.close()
            environment = {**os.environ, "PYTHONPATH": str(_HOME)}
            try:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
                )
            except OSError as error:
                raise StageFailed(_STAGE, f"{self._command[0]} does not run: {error}") from error
            with self._limited():
                head = self._read(StageFailed(_STAGE, "its process ended; its log says why"))[0]
            if head["kind"] != "ready":
                self.close()
                raise StageFailed(_STAGE, head["detail"])
            self._side = int(head["side"])
        return self._side

    def _asked(self, arrays: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
        process, lost = self._process, EngineLost(_STAGE, _AGAIN_S)
        assert process is not None and process.stdin is not None
        with self._limited():
            try:
                write_message(process.stdin, {"kind": "picture"}, arrays)
            except OSError as error:
                self.close()
                raise lost from error
            return self._read(lost)

    def _read(self, lost: Exception) -> tuple[dict[str, str], dict[str, Any]]:
        assert self._process is not None and self._process.stdout is not None
        try:
            return read_message(self._process.stdout)
        except (EOFError, ValueError) as error:
            self.close()
            raise lost from error

    @contextmanager
    def _limited(self) -> Generator[None, None, None]:
        """Ends the process when it takes too long; what waits for it is told."""
        process, late = self._process, threading.Event()
        assert process is not None

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._limit_s, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (EngineLost, StageFailed) as error:
            if late.is_set():
                raise StageTimeout(_STAGE, self._limit_s) from error
            raise
        finally:
            timer.cancel()
