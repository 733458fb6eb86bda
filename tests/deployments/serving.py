"""A gateway on a real socket, in this process, without Ray."""

import asyncio
import contextlib
import socket
import threading
import time

import uvicorn

from avatar_serving.config import load_profile
from avatar_serving.environment import Environment
from deployments.gateway import create_app
from deployments.services import Services


@contextlib.contextmanager
def gateway(folder, profile=None, certificate=None, remote=None, **environment):
    """Serve until the block ends; yields the services and the address.

    With a *certificate*, the path of a PEM file of key and certificate, over TLS. *remote*: stages
    by name, instead of those of the profile.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    settings = Environment(profile="test", port=port, data=folder, **environment)
    services = Services.build(profile or load_profile("test"), settings, remote)
    config = uvicorn.Config(
        create_app(services), log_level="error", timeout_graceful_shutdown=2,
        ssl_certfile=certificate, ssl_keyfile=certificate,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the gateway did not start"
        time.sleep(0.02)
    try:
        yield services, f"http{'s' if certificate else ''}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(60)
        assert not thread.is_alive(), "the gateway did not stop"
