"""What was last opened, kept open."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Opened = TypeVar("Opened")


class Kept(Generic[Opened]):
    """Up to *limit* opened packages: consecutive requests of one video have the same."""

    def __init__(self, limit: int, opened: Callable[[bytes], Opened]) -> None:
        self._limit = limit
        self._opened = opened
        self._held: OrderedDict[bytes, Opened] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, content: bytes) -> Opened:
        with self._lock:
            if (found := self._held.get(content)) is None:
                found = self._opened(content)
                self._held[content] = found
            self._held.move_to_end(content)
            while len(self._held) > self._limit:
                self._held.popitem(last=False)
        return found
