"""What one API key may use up: requests in a minute, sessions at once, creations in an hour.

Counted by the label of the key, so that a rotated key goes on where the old one was, and by each
gateway for itself. A service that asks for no keys counts nothing: it cannot tell its callers
apart.
"""

import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from avatar_serving import metrics
from avatar_serving.config import Limits
from avatar_serving.errors import RateLimited
from avatar_serving.store import Caller

_MINUTE_S, _HOUR_S = 60.0, 3600.0
_SESSION_RETRY_S = 10.0
RATE_HEADERS = tuple(f"x-ratelimit-{what}-requests" for what in ("limit", "remaining", "reset"))
"""In OpenAI's names."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left after a request."""

    limit: int
    remaining: int
    reset_s: float
    """Until all of it is there again."""

    def headers(self) -> dict[str, str]:
        told = (str(self.limit), str(self.remaining), f"{self.reset_s:.3f}s")
        return dict(zip(RATE_HEADERS, told, strict=True))


class Bucket:
    """*size* tokens that come back evenly within *period_s*."""

    def __init__(self, option: str, size: int, period_s: float, now: float) -> None:
        self._option = option
        self._size = size
        self._each_s = period_s / size
        self._empty_at = now - period_s
        """When it would have been empty, had it been filled since at its steady rate."""

    def take(self, now: float) -> Standing:
        """Raises RateLimited."""
        full_from = now - self._each_s * self._size
        at = max(self._empty_at, full_from)
        left = (now - at) / self._each_s
        if left < 1 - 1e-6:
            metrics.refused.labels(RateLimited.code).inc()
            raise RateLimited(self._option, self._size, (1 - left) * self._each_s)
        self._empty_at = at + self._each_s
        return Standing(self._size, int(left - 1 + 1e-6), self._empty_at - full_from)


class Allowances:
    """Of all keys that this gateway has met; they are as many as the operator made."""

    def __init__(self, limits: Limits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._requests: dict[str, Bucket] = {}
        self._creations: dict[str, Bucket] = {}
        self._sessions = Counter[str]()

    def request(self, caller: Caller) -> Standing | None:
        """Raises RateLimited: too many in a minute."""
        if not caller.label:
            return None
        now, size = self._now(), self._limits.key_requests
        fresh = Bucket("limits.key_requests", size, _MINUTE_S, now)
        return self._requests.setdefault(caller.label, fresh).take(now)

    def creation(self, caller: Caller) -> None:
        """Raises RateLimited: too many in an hour."""
        if not caller.label:
            return
        now, size = self._now(), self._limits.key_creations
        fresh = Bucket("limits.key_creations", size, _HOUR_S, now)
        self._creations.setdefault(caller.label, fresh).take(now)

    @contextmanager
    def session(self, caller: Caller) -> Generator[None, None, None]:
        """Hold a session of the caller. Raises RateLimited: too many at once."""
        if not caller.label:
            yield
            return
        most = self._limits.key_sessions
        if self._sessions[caller.label] >= most:
            metrics.refused.labels(RateLimited.code).inc()
            raise RateLimited("limits.key_sessions", most, _SESSION_RETRY_S)
        self._sessions[caller.label] += 1
        try:
            yield
        finally:
            self._sessions[caller.label] -= 1
