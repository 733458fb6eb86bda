"""Notices that a gateway is about to stop, and moves its sessions in time."""

from collections.abc import Callable

from avatar_serving import draining, logs
from avatar_serving.flow import until
from deployments.services import Services

log = logs.get()
_LOOK_S = 0.25


async def drain_when_told(services: Services, stopping: Callable[[], bool]) -> None:
    """*stopping* says whether whoever started this gateway is stopping it."""
    folder = draining.metrics_folder()

    def told() -> bool:
        return stopping() or (folder is not None and draining.requested(folder))

    await until(told, _LOOK_S)
    log.info("draining", sessions=services.sessions.held)
    await services.live.drain(services.profile.limits.drain_s)
    log.info("drained", sessions=services.sessions.held)
