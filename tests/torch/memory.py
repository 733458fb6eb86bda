"""A GPU with little memory, as networks see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch


@dataclass
class Room:
    most: int = 0
    """Requests that fit into memory at once."""


@contextmanager
def little_memory(network: Any, work: str) -> Iterator[Room]:
    """Until the block ends, calls of the method *work* with a longer list find no memory."""
    plain, room = getattr(network, work), Room()

    def limited(asked: Any, *more: Any) -> Any:
        if len(asked) > room.most:
            raise torch.OutOfMemoryError("Tried to allocate 2 GiB.")
        return plain(asked, *more)

    setattr(network, work, limited)
    try:
        yield room
    finally:
        setattr(network, work, plain)
