"""What one API key may use up: requests in a minute, sessions at once, creations in an hour.

Counted by the label of the key, so that a rotated key goes on where the old one was, and in the
store, for all gateways together: once for each request and session, never for a message. A service
that asks for no keys counts nothing: it cannot tell its callers apart.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from avatar_serving import logs, metrics
from avatar_serving.errors import AvatarError, RateLimited
from avatar_serving.limits import Limits
from avatar_serving.store import Caller
from avatar_serving.store.quotas import LEASE_S, Quotas, Standing

log = logs.get()
_MINUTE_S, _HOUR_S = 60.0, 3600.0
_RENEWED_S = LEASE_S / 4
RATE_HEADERS = tuple(f"x-ratelimit-{what}-requests" for what in ("limit", "remaining", "reset"))
"""In OpenAI's names."""
T = TypeVar("T")


def rate_headers(standing: Standing) -> dict[str, str]:
    told = (str(standing.limit), str(standing.remaining), f"{standing.reset_s:.3f}s")
    return dict(zip(RATE_HEADERS, told, strict=True))


class Allowances:
    """Each call raises `Unavailable` where the store does not answer."""

    def __init__(self, limits: Limits, quotas: Quotas) -> None:
        self._limits = limits
        self._quotas = quotas
        self._held: dict[str, str] = {}
        """Labels of keys, by the sessions that run here."""

    async def request(self, caller: Caller) -> Standing | None:
        """Raises RateLimited: too many in a minute."""
        if not caller.label:
            return None
        size = self._limits.key_requests
        return await _counted(
            self._quotas.take, caller.label, "limits.key_requests", size, _MINUTE_S
        )

    async def creation(self, caller: Caller) -> None:
        """Raises RateLimited: too many in an hour."""
        if caller.label:
            size = self._limits.key_creations
            await _counted(self._quotas.take, caller.label, "limits.key_creations", size, _HOUR_S)

    @asynccontextmanager
    async def session(self, caller: Caller, session_id: str) -> AsyncGenerator[None, None]:
        """Hold a session of the caller. Raises RateLimited: too many at once."""
        if not caller.label:
            yield
            return
        await _counted(self._quotas.hold, caller.label, session_id, self._limits.key_sessions)
        self._held[session_id] = caller.label
        try:
            yield
        finally:
            del self._held[session_id]
            with suppress(AvatarError):  # it lapses
                await asyncio.to_thread(self._quotas.release, session_id)

    async def keep(self) -> None:
        """Say again and again which sessions run here; those of a gateway that died lapse."""
        while True:
            await asyncio.sleep(_RENEWED_S)
            if not self._held:
                continue
            try:
                await asyncio.to_thread(self._quotas.renew, dict(self._held))
            except AvatarError as error:
                log.warning("sessions were not counted anew", code=error.code)


async def _counted(call: Callable[..., T], *arguments: object) -> T:
    try:
        return await asyncio.to_thread(call, *arguments)
    except RateLimited as error:
        metrics.refused.labels(error.code).inc()
        raise
