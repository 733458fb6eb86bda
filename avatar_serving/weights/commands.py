"""Running another program and reading what it prints, line by line."""

import subprocess
from collections import deque
from collections.abc import Callable

from avatar_serving.weights.failures import SourceFailed

_LAST_LINES = 3


def run_command(command: list[str], on_line: Callable[[str], None]) -> None:
    """Run a program to its end; it is stopped if the caller is.

    Raises:
        SourceFailed: it is not there, or it failed; says how.
    """
    last = deque[str](maxlen=_LAST_LINES)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        raise SourceFailed(f"{command[0]} is not installed") from error
    try:
        for line in process.stdout or ():
            if line.strip():
                last.append(line.strip())
                on_line(line)
        if process.wait() != 0:
            raise SourceFailed(f"{' '.join(command[:4])} ...: {' | '.join(last)}")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        if process.stdout:
            process.stdout.close()
