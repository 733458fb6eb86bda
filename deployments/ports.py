"""Ports for servers that are told theirs before they start."""

import secrets
import socket

_FIRST, _LAST = 29_000, 32_767
"""Below those that Linux gives to connections: Ray opens hundreds while it starts, and one of them
would sooner or later be the port that was free a moment ago."""


def free_port() -> int:
    """Of this machine, unlikely to be taken before it is used.

    Raises:
        OSError: not one of a hundred was free.
    """
    for _ in range(100):
        port = _FIRST + secrets.randbelow(_LAST + 1 - _FIRST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError(f"no free port of {_FIRST}..{_LAST}")
