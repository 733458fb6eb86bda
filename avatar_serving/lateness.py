"""Word from a stage that what it is asked for comes late: what serves it died, or has to start.

A stage says so from under whatever it is wrapped in; whoever waits for it may bridge the time.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[bool], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(listener: Listener) -> Generator[None]:
    """Tasks that begin within the block tell *listener*: True, it is late; False, it goes on."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(late: bool) -> None:
    """Nobody needs to listen."""
    listener = _listener.get()
    if listener is not None:
        listener(late)
