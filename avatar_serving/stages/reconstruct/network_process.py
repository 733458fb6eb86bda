"""The network of a large avatar model in a process of its own, which may have another python."""

import threading
from pathlib import Path
from typing import Any

from avatar_serving.child.process import ChildProcess
from avatar_serving.errors import OutOfMemory, StageFailed

_STAGE = "reconstruct"


class NetworkProcess:
    """One request at a time. Started when it is needed, and again after it died."""

    def __init__(self, worker: str, python: str, folder: Path, device: str, limit_s: float) -> None:
        """*worker*: the module that it runs, such as ``avatar_serving.lam.worker``. *python*: an
        interpreter that has torch; empty: this one. *limit_s* bounds a request, and the start."""
        self._child = ChildProcess(_STAGE, python, worker, (str(folder), device), limit_s)
        self._lock = threading.Lock()

    def start(self) -> int:
        """Side of the pictures it takes, in pixels.

        Raises:
            StageFailed: it cannot start, such as for want of torch or of fitting weights.
            StageTimeout: it takes too long.
        """
        with self._lock:
            return int(self._child.started()["side"])

    def attributes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Arrays by the names of `avatar_serving.lam.network.Attributes`, without b; *asked*: those
        that ``attributes`` of the worker takes.

        Raises:
            OutOfMemory: on its GPU; it goes on.
            EngineLost: it died; the next request starts it again.
            StageFailed, StageTimeout: as of `start`, or of its work.
        """
        with self._lock:
            self._child.started()
            self._child.write({"kind": "picture"}, asked)
            head, arrays = self._child.read()
        if head["kind"] == "attributes":
            return arrays
        failure = OutOfMemory if head["kind"] == "out_of_memory" else StageFailed
        raise failure(_STAGE, head["detail"])

    def close(self) -> None:
        self._child.close()
