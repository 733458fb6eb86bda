"""What Prometheus scrapes: the figures of all processes of a node on one page.

The processes put their figures together in the folder PROMETHEUS_MULTIPROC_DIR, so any of them can
show the page. On a cluster one of each node does, at AVATAR_METRICS_ADDRESS: a gateway's own
``/metrics`` is reached through a proxy, which may ask a gateway of another node.
"""

import errno
import os
import socket
import threading
import time
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from avatar_serving import logs
from avatar_serving.errors import InvalidRequest
from avatar_serving.exemplars import with_exemplars
from avatar_serving.gpu_figures import Gpus

log = logs.get()
_AGAIN_S = 5.0
"""After which a process looks whether the one that shows the page is gone."""


class Node:
    """A collector of prometheus_client: all that is known of this node."""

    def collect(self) -> Iterator[Metric]:
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if folder is None:
            yield from with_exemplars(REGISTRY.collect())
        else:
            forget_the_dead(Path(folder))
            yield from with_exemplars(MultiProcessCollector(CollectorRegistry(), folder).collect())
        yield from Gpus().collect()


def exposition(accept: str = "") -> tuple[bytes, str]:
    """The page and its content type, in the format that the header *accept* asks for."""
    encode, content_type = choose_encoder(accept)
    return encode(Node()), content_type


def forget_the_dead(folder: Path) -> None:
    """Take the sessions of processes that were killed out of the count."""
    for path in folder.glob("gauge_live*.db"):
        try:
            os.kill(int(path.stem.rpartition("_")[2]), 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except PermissionError:
            continue


@cache
def show_node() -> None:
    """Show the page at AVATAR_METRICS_ADDRESS from a thread of this process; when another process
    of the node does so, as soon as it is gone. Without the variable nothing is shown.

    Raises:
        InvalidRequest: the address is none.
    """
    address = os.environ.get("AVATAR_METRICS_ADDRESS")
    if address:
        place = _place(address)
        threading.Thread(target=_keep_showing, args=place, name="metrics", daemon=True).start()


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise InvalidRequest(f"AVATAR_METRICS_ADDRESS={address!r}: host:port, as in 0.0.0.0:8081")
    return host.strip("[]"), int(port)


def _keep_showing(host: str, port: int) -> None:
    server = _Server6 if ":" in host else _Server
    while True:
        try:
            server((host, port), _Page).serve_forever()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                log.error("metrics are not shown", host=host, port=port, reason=str(error))
        time.sleep(_AGAIN_S)


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page, content_type = exposition(self.headers.get("Accept", ""))
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Scrapes are not worth a line."""
