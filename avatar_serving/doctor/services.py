"""Whether somebody listens at an address."""

import socket

_LIMIT_S = 2.0


def unreachable(address: str) -> str:
    """Why no connection to ``host:port`` can be made; empty: it can."""
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host.strip("[]"), int(port)), _LIMIT_S).close()
    except OSError as error:
        return str(error)
    return ""
