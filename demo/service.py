"""The service under the demo: the one that runs already, or one of our own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from avatar_serving.errors import StageFailed

_START_S = 300.0
_STOP_S = 60.0
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    started_s: float | None
    """How long it took to start; None when it ran already."""
    pid: int | None = None


@contextmanager
def service(
    port: int, profile: str, log: Path, say: Callable[[str], None]
) -> Generator[Service, None, None]:
    """Use the service at *port*; if there is none, start one and stop it afterwards.

    Raises:
        StageFailed: it did not start; says where its log is.
    """
    url = f"http://127.0.0.1:{port}"
    if _answers(url, "/healthz"):
        say(f"using the service that runs at {url}")
        yield Service(url, None)
        return
    say(f"starting the service at {url} (profile {profile}; its log: {log})")
    began = time.monotonic()
    with log.open("wb") as out:
        env = os.environ | {"PORT": str(port), "PROFILE": profile}
        process = subprocess.Popen(
            [sys.executable, "-m", "deployments.serve"],
            cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            _wait(url, process, log)
            yield Service(url, time.monotonic() - began, process.pid)
        finally:
            _stop(process)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _START_S
    while not (b"ready at" in log.read_bytes() and _answers(url, "/readyz")):
        if process.poll() is not None:
            tail = log.read_text(errors="replace")[-2000:]
            raise StageFailed("service", f"it stopped while starting; see {log}:\n{tail}")
        if time.monotonic() > until:
            raise StageFailed("service", f"not ready after {_START_S:g} s; see {log}")
        time.sleep(0.5)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to stop as Ctrl-C does; if it does not, end its whole process group."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(url: str, path: str) -> bool:
    try:
        return httpx.get(url + path, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
