"""``python -m deployments.serve``: start Ray on this machine and serve a profile until stopped."""

import logging
import math
import shutil
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import ray
from ray import serve
from rich.console import Console

from avatar_serving import draining, logs, weights
from avatar_serving.config import Profile, load_profile
from avatar_serving.doctor.machine import usable_cores
from avatar_serving.environment import Environment, environment
from avatar_serving.errors import AvatarError, Unavailable
from deployments import haproxy
from deployments.app import APP_NAME, build

_OBJECT_STORE_BYTES = 256 << 20
_WRITING_S = 10
_RAY_AGAIN_S = 30.0
log = logs.get()
_QUIET = {"log_level": "WARNING"}
"""Serve tells of every request; the gateway logs what matters."""


def main() -> int:
    console = Console()
    try:
        settings = environment()
        profile = load_profile(settings.profile)
        for name in profile.required_weights():
            weights.path(name)
        _check_port(settings)
    except AvatarError as error:
        console.print(f"[bold red]{error.code}[/]: {error}")
        return 1
    metrics = tempfile.mkdtemp(prefix="avatar-metrics-")
    try:
        _serve(profile, settings, metrics, console)
    except AvatarError as error:
        console.print(f"[bold red]{error.code}[/]: {error}")
        return 1
    finally:
        serve.shutdown()
        ray.shutdown()
        shutil.rmtree(metrics, ignore_errors=True)
    return 0


def _serve(profile: Profile, settings: Environment, metrics: str, console: Console) -> None:
    with console.status(f"starting profile {settings.profile!r}: Ray, then the models"):
        start_ray(metrics, shares(profile, usable_cores()))
        logging.getLogger("ray.serve").setLevel(logging.WARNING)
        serve.start(http_options=http_options(settings), logging_config=_QUIET)
        absolute = settings.model_copy(update={"data": settings.data.resolve()})
        serve.run(build(profile, absolute), name=APP_NAME, route_prefix="/")
        if not haproxy.wait_for_gateways():
            console.print("[yellow]the proxy has not found the gateway: sessions cost more[/]")
    console.print(f"[bold green]ready[/] at http://localhost:{settings.port}  (Ctrl-C stops it)")
    if not settings.loopback and not settings.api_key_required:
        console.print("[bold yellow]anyone who can reach this machine may use it: no API keys[/]")
    _until_stopped()
    console.print("stopping: turns end and sessions are written down first")
    draining.request(Path(metrics))
    draining.wait(Path(metrics), profile.limits.drain_s + _WRITING_S)


def _until_stopped() -> None:
    """Wait for Ctrl-C or SIGTERM. Ray has put handlers of its own in place by now."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _number, _frame: stop.set())
    while not stop.wait(1.0):
        pass


def shares(profile: Profile, cores: float) -> int | None:
    """How many cores Ray is to hand out, where those of this machine would leave a part of
    *profile* waiting for ever: what it reserves is bookkeeping. None: as many as there are."""
    reserved = profile.gateways * profile.gateway_cpus + sum(
        place.min_replicas * place.num_cpus for place in profile.placement.values()
    )
    return None if reserved <= cores else math.ceil(reserved)


def start_ray(metrics_dir: str, num_cpus: int | None = None) -> None:
    """A Ray of our own, reachable from this machine only, that hands out *num_cpus*.

    Raises:
        Unavailable: it did not come up.
    """
    haproxy.keep_private()
    haproxy.fit_connections()
    haproxy.be_patient()
    env = {
        "PROMETHEUS_MULTIPROC_DIR": metrics_dir,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        # Spinning threads of llama.cpp would starve everything else on a small machine.
        "OMP_WAIT_POLICY": "passive",
    }
    for last in (False, True):
        try:
            ray.init(
                address="local",
                num_cpus=num_cpus,
                _node_ip_address="127.0.0.1",
                include_dashboard=False,
                log_to_driver=True,
                logging_level=logging.ERROR,
                object_store_memory=_OBJECT_STORE_BYTES,
                runtime_env={"env_vars": env},
            )
            return
        except Exception as error:  # Ray has no narrower type for a node that is late
            ray.shutdown()
            if last:
                why = "This machine may be too busy, or short of memory"
                raise Unavailable(f"Ray did not start: {error} {why}", _RAY_AGAIN_S) from error
            log.warning("Ray did not start, and is tried once more", why=str(error))


def http_options(settings: Environment) -> dict[str, Any]:
    return {"host": settings.host, "port": settings.port, "keep_alive_timeout_s": 65}


def _check_port(settings: Environment) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise AvatarError(
                f"port {settings.port} of {settings.host} is taken ({error.strerror}); "
                "stop what uses it or choose another: make up PORT=8001"
            ) from error


if __name__ == "__main__":
    sys.exit(main())
