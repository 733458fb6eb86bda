"""What the processes of networks have in common: how they begin, and where their answers go."""

import os
import sys
from collections.abc import Callable
from typing import IO, TypeVar

from avatar_serving.child.wire import write_message

Served = TypeVar("Served")
Opened = tuple[Served, "dict[str, str]"]
_UNFIT = OSError, RuntimeError, ImportError, AssertionError, ValueError
"""What loading a network raises: no file, wrong names, no library, no CUDA, wrong options."""


def run(
    opened: "Callable[[], Opened[Served]]",
    serve: "Callable[[Served, IO[bytes], IO[bytes]], None]",
) -> None:
    """The whole of the process. *opened* gives what is served, and what is told of it: ``ready``.

    *serve* then answers its input until that ends.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    try:
        served, told = opened()
    except _UNFIT as error:
        write_message(answers, {"kind": "failed", "detail": str(error)}, {})
        return
    write_message(answers, {**told, "kind": "ready"}, {})
    serve(served, sys.stdin.buffer, answers)
