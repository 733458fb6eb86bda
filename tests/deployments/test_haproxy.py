"""How many connections HAProxy is told to hold, and whether it has found a gateway."""

import socket
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from deployments import haproxy


@pytest.mark.parametrize(("open_files", "held"), [(20_000, 4096), (1024, 307), (100, 1)])
def test_it_holds_what_it_may_open(open_files, held):
    assert haproxy.connections(open_files) == held
    assert held == 1 or held * 2.5 + 36 <= open_files, "two sockets each, pipes, its own"


class Proxy(threading.Thread):
    """Answers "show stat" as HAProxy does, at first before it has found the gateway."""

    def __init__(self, path: Path, statuses: Iterable[str]) -> None:
        super().__init__(daemon=True)
        self._statuses = statuses
        self._line = socket.socket(socket.AF_UNIX)
        self._line.bind(str(path))
        self._line.listen()

    def run(self) -> None:
        with self._line:
            for status in self._statuses:
                self._answer(status)

    def _answer(self, status: str) -> None:
        caller, _ = self._line.accept()
        with caller:
            assert caller.recv(100) == b"show stat\n"
            rows = f"app,SERVE_PROXY_ACTOR-1,UP\napp,SERVE_REPLICA_gateway,{status}\n"
            caller.sendall(f"# pxname,svname,status\n{rows}\n".encode())


def test_the_gateway_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_SERVE_HAPROXY_SOCKET_PATH", str(tmp_path / "admin.sock"))
    monkeypatch.setenv("RAY_SERVE_ENABLE_HA_PROXY", "1")
    assert not haproxy.wait_for_gateways(0.0), "nobody is there"
    (tmp_path / "node").mkdir()
    proxy = Proxy(tmp_path / "node" / "admin.sock", ["DOWN", "DOWN 1/2", "UP"])
    proxy.start()
    assert haproxy.wait_for_gateways(10.0)
    proxy.join(10)
    assert not proxy.is_alive(), "it was asked until the gateway was up"


def test_ray_has_no_other_way_without_haproxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_SERVE_ENABLE_HA_PROXY", "0")
    assert haproxy.wait_for_gateways(0.0)
