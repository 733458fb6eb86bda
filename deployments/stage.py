"""The only code that knows that a stage may live in another process."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any, Generic, TypeVar

from ray import serve
from ray.exceptions import NodeDiedError, RayActorError
from ray.serve.exceptions import BackPressureError
from ray.serve.handle import DeploymentHandle

from avatar_serving import lateness, logs, traces
from avatar_serving.config import Placement
from avatar_serving.errors import EngineLost, Overloaded
from avatar_serving.scaling.policy import Bounds
from avatar_serving.stages.base import Continued, ForHolder, StageConfig
from deployments.replica import StageReplica
from deployments.scaling import autoscaling

In = TypeVar("In")
Out = TypeVar("Out")

_RETRY_AFTER_S = 2.0
_ROOM_S, _ASK_AGAIN_S = 2.0, 0.1
"""How long a request that no queue has room for is offered again, and how often. A gateway that has
just begun has met no replica yet when the sessions of another come to it all at once."""
_RESTART_S = 3.0
_GO_ON_S = 10.0
"""How long an answer may pause until another replica goes on with it."""
_LATE_S = 2.0
"""How long the first item may take before whoever waits is told that it is late."""
_SPARED = frozenset({"animate"})
"""What a conversation does without for a while: speech goes on with a face that is still."""
_SPARED_S = 0.5
_SPARED_FOR_S = 30.0
"""After a loss; a stage that needs longer than _SPARED_S when it is well must come back, too."""
_DEAD = (RayActorError, NodeDiedError)
log = logs.get()


class RemoteStage(Generic[In, Out]):
    """A stage served elsewhere, in the shape of a stage."""

    def __init__(self, name: str, handle: DeploymentHandle[Any], *, holds: bool = False) -> None:
        """*holds*: its replicas are not alike, because of what each `Holds`."""
        self._name, self._holds = name, holds
        self._handle: Any = handle.options(stream=True)
        self._spared = name in _SPARED
        self._lost_at: float | None = None
        """When a replica died, by the monotonic clock, if none has answered since."""

    async def run(self, request: In, /) -> AsyncGenerator[Out, None]:
        """If the replica dies, another is asked once: anew if nothing had come yet, else for the
        rest, where the request can be asked so.

        Raises:
            EngineLost: the other one died, too, or something had come that cannot be gone on with.
        """
        try:
            async with aclosing(self._asked(request)) as items:
                async for item in items:
                    yield item
        except EngineLost:
            if not self._spared:
                raise
            log.warning("replica lost, done without", stage=self._name)

    async def _asked(self, request: In) -> AsyncGenerator[Out, None]:
        given, begun = list[Out](), False
        for last in (False, True):
            patience = asyncio.timeout(self._patience_s(begun))
            try:
                async with aclosing(self._stream(request)) as items:
                    async with patience:
                        item = await self._first(items)
                    while item is not None:
                        begun = True
                        if isinstance(request, Continued):
                            given.append(item)
                        yield item
                        item = await anext(items, None)
                return
            except (*_DEAD, TimeoutError) as error:
                if not (isinstance(error, _DEAD) or patience.expired()):
                    raise  # the stage's own
                self._lost_at = self._lost_at or time.monotonic()
                rest = _rest(request, given) if begun else request
                if rest is None or last or patience.expired():
                    raise EngineLost(self._name, _RESTART_S) from error
                log.warning("replica lost, another is asked", stage=self._name, begun=begun)
                request = rest

    def _patience_s(self, begun: bool) -> float | None:
        if self._spared and self._lost_at is not None:
            return _SPARED_S if time.monotonic() < self._lost_at + _SPARED_FOR_S else None
        return _GO_ON_S if begun else None

    async def _first(self, items: AsyncGenerator[Out, None]) -> Out | None:
        with _late_told(self._lost_at is not None):
            item = await anext(items, None)
        self._lost_at = None
        lateness.tell(False)
        return item

    async def _stream(self, request: In) -> AsyncGenerator[Out, None]:
        held = request.held if self._holds and isinstance(request, ForHolder) else ""
        handle = self._handle.options(multiplexed_model_id=held) if held else self._handle
        until = time.monotonic() + _ROOM_S
        while True:
            response = handle.run.remote(request, time.time(), traces.carrier())
            try:
                async for item in response:
                    yield item
                return
            except BackPressureError as error:  # nothing was begun
                if time.monotonic() > until:
                    raise Overloaded(f"{self._name} has no free replica", _RETRY_AFTER_S) from error
            finally:
                response.cancel()
            await asyncio.sleep(_ASK_AGAIN_S)


@contextmanager
def _late_told(missing: bool) -> Generator[None]:
    """Whoever waits is told when it takes long, or at once where no replica may be there."""
    if missing:
        lateness.tell(True)
    timer = asyncio.get_running_loop().call_later(_LATE_S, lateness.tell, True)
    try:
        yield
    finally:
        timer.cancel()


def _rest(request: In, given: Sequence[Any]) -> In | None:
    """What to ask another replica for; None: what was *given* cannot be gone on with."""
    return request.behind(given) if isinstance(request, Continued) else None


def deploy(name: str, config: StageConfig, placement: Placement) -> serve.Application:
    """A stage as a Serve application node, to be bound to what uses it."""
    deployment: Any = serve.deployment(
        StageReplica,
        name=name,
        ray_actor_options={
            "num_cpus": placement.num_cpus,
            "num_gpus": placement.num_gpus,
            "resources": placement.resources,
        },
        max_ongoing_requests=placement.max_ongoing_requests,
        max_queued_requests=placement.max_queued_requests,
        autoscaling_config=autoscaling(
            placement.scaling,
            placement.max_ongoing_requests,
            Bounds(placement.min_replicas, placement.max_replicas),
        ),
        graceful_shutdown_timeout_s=placement.drain_s,
        # A replica that was killed is noticed by the next check; one that is busy has its time.
        health_check_period_s=0.5,
        health_check_timeout_s=30,
    )
    return deployment.bind(name, config, placement.scaling)
