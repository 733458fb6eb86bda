"""What the service is made of, for who runs it."""

import asyncio

from fastapi import APIRouter, Depends, Request

from avatar_serving.protocol.status import ServiceStatus, WeightPart
from avatar_serving.weights.library import library
from avatar_serving.weights.lock import total_size
from deployments.guard import require_key, services
from deployments.services import Services

router = APIRouter(tags=["operations"], dependencies=[Depends(require_key)])


@router.get("/v1/status")
async def status(request: Request) -> ServiceStatus:
    """Applications, replicas, sessions and weights."""
    return await asyncio.to_thread(_status, services(request), bool(request.app.state.ready))


def _status(held: Services, ready: bool) -> ServiceStatus:
    shelf = library()
    needed = shelf.lock.select(held.profile.required_weights())
    return ServiceStatus(
        profile=held.environment.profile,
        ready=ready,
        sessions=held.sessions.held,
        capacity=held.sessions.size,
        applications=held.applications(),
        weights=tuple(
            WeightPart(
                name=weight.name,
                state=shelf.state(weight),
                size=total_size(weight),
                licence=weight.licence,
            )
            for weight in needed
        ),
    )
