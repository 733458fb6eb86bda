"""HAProxy, which Ray starts in front of the gateways: its files, and whether it has found them."""

import atexit
import csv
import os
import resource
import shutil
import socket
import tempfile
import time
from pathlib import Path

_CONTROL = "RAY_SERVE_HAPROXY_SOCKET_PATH"
_FILES = {
    _CONTROL: "admin.sock",
    "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": "haproxy.cfg",
    "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": "",
    "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": "server-state",
}
_UP_S = "30"
_CONNECTIONS = 4096
"""Ray's default."""
_FILES_A_CONNECTION, _OTHER_FILES = 2.5, 256
"""Two sockets, and a pipe for one in four; what else a process opens."""
_REPLICA = "SERVE_REPLICA"
_LOOK_S = 0.1


def keep_private() -> None:
    """Ray puts HAProxy's control socket, which obeys everybody, where everybody can reach it: into
    ``/tmp``. In a folder of our own it obeys the user who started the service."""
    folder = Path(tempfile.mkdtemp(prefix="av-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, file in _FILES.items():
        os.environ.setdefault(name, str(folder / file))


def fit_connections() -> None:
    """HAProxy does not start where it may not open files for as many connections as Ray tells it to
    hold. Where the limit is low it holds fewer."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY:
        os.environ.setdefault("RAY_SERVE_HAPROXY_MAXCONN", str(connections(most)))


def be_patient() -> None:
    """Serve gives a proxy 5 s to come up, kills it, and does not start. On a busy machine it takes
    longer; one that is there earlier is not waited for."""
    os.environ.setdefault("RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S", _UP_S)


def connections(open_files: int) -> int:
    """As many as fit into *open_files*, at most Ray's default."""
    return max(1, min(_CONNECTIONS, int((open_files - _OTHER_FILES) / _FILES_A_CONNECTION)))


def wait_for_gateways(within_s: float = 15.0) -> bool:
    """Whether connections go straight to a gateway, after a while. Before that they go the slow
    way, message by message through an actor of Ray, and sessions stay on the way they began on."""
    if os.environ["RAY_SERVE_ENABLE_HA_PROXY"] != "1":
        return True
    ends, folder = time.monotonic() + within_s, Path(os.environ[_CONTROL]).parent
    while not any(_has_gateway(path) for path in folder.rglob(_FILES[_CONTROL])):
        if time.monotonic() > ends:
            return False
        time.sleep(_LOOK_S)
    return True


def _has_gateway(control: Path) -> bool:
    """See "show stat" in HAProxy's management guide."""
    try:
        rows = csv.DictReader(_ask(control, "show stat").removeprefix("# ").splitlines())
    except OSError:
        return False
    return any(row["svname"].startswith(_REPLICA) and row["status"] == "UP" for row in rows)


def _ask(control: Path, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        line.connect(str(control))
        line.sendall(command.encode() + b"\n")
        return b"".join(iter(lambda: line.recv(1 << 16), b"")).decode()
