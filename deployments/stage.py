"""The only code that knows that a stage may live in another process."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from math import inf
from typing import Any, Generic, TypeVar

from ray import serve
from ray.exceptions import NodeDiedError, RayActorError
from ray.serve.exceptions import BackPressureError
from ray.serve.handle import DeploymentHandle

from avatar_serving import logs, metrics, traces
from avatar_serving.config import Placement
from avatar_serving.errors import EngineLost, Overloaded
from avatar_serving.exposition import show_node
from avatar_serving.scaling import ByDeadlineMisses, Scaling
from avatar_serving.scaling.policy import Bounds
from avatar_serving.scaling.streams import Streams
from avatar_serving.stages.base import Adapted, Checked, ForAdapter, StageConfig, Warmed
from deployments.scaling import autoscaling

In = TypeVar("In")
Out = TypeVar("Out")

_RETRY_AFTER_S = 2.0
_RESTART_S = 3.0
_DEAD = (RayActorError, NodeDiedError)
log = logs.get()


class StageReplica:
    """One stage in one Serve replica."""

    def __init__(self, name: str, config: StageConfig, scaling: Scaling) -> None:
        show_node()
        self._name = name
        with metrics.loads(name, "build"):
            self._stage = config.build()
        self._warm = False
        late_s = scaling.first_item_ms / 1000 if isinstance(scaling, ByDeadlineMisses) else inf
        self._streams = Streams(late_s, scaling.window_s, time.monotonic)
        if isinstance(config, Adapted):
            self._hold = _adapters_told(config.adapters_in_memory)

    async def run(
        self, request: Any, sent_at: float, trace: Mapping[str, str]
    ) -> AsyncGenerator[Any, None]:
        """*sent_at*: when the gateway sent the request, in seconds of its wall clock; *trace*: what
        it was a part of."""
        mark, outcome = traces.resume(f"{self._name} replica", trace), "stopped"
        metrics.queue_wait.labels(self._name).observe(max(0.0, time.time() - sent_at))
        metrics.batch.labels(self._name).observe(self._streams.in_work + 1)
        try:
            if adapter := serve.get_multiplexed_model_id():
                await self._hold(adapter)
            async with aclosing(self._streams.watch(self._stage, request)) as items:
                async for item in items:
                    yield item
            outcome = "completed"
        finally:
            mark.end(outcome)

    async def check_health(self) -> None:
        """Asked for by Serve, the first time before the replica is given requests."""
        if not self._warm and isinstance(self._stage, Warmed):
            with metrics.loads(self._name, "warm"):
                await self._stage.warm()
        self._warm = True
        if isinstance(self._stage, Checked):
            await self._stage.check()

    def record_autoscaling_stats(self) -> dict[str, float]:
        """Asked for by Serve, for the stage's policy."""
        return self._streams.stats()


def _adapters_told(most: int) -> Callable[[str], Awaitable[str]]:
    """Tells Serve which adapters are in memory here, so that their requests come here.

    Holding them is the engine's affair, which lets the same one go: that not used for longest.
    """

    async def held(adapter: str) -> str:
        return adapter

    multiplexed: Any = serve.multiplexed(max_num_models_per_replica=most)
    return multiplexed(held)


class RemoteStage(Generic[In, Out]):
    """A stage served elsewhere, in the shape of a stage."""

    def __init__(self, name: str, handle: DeploymentHandle[Any]) -> None:
        self._name = name
        self._handle: Any = handle.options(stream=True)

    async def run(self, request: In, /) -> AsyncGenerator[Out, None]:
        """Raises:
        EngineLost: the replica died, and so did the one that was asked after it, or something had
            come of the first already.
        """
        for last in (False, True):
            begun = False
            try:
                async with aclosing(self._stream(request)) as items:
                    async for item in items:
                        begun = True
                        yield item
                return
            except _DEAD as error:
                if begun or last:
                    raise EngineLost(self._name, _RESTART_S) from error
                log.warning("replica lost, another is asked", stage=self._name)

    async def _stream(self, request: In) -> AsyncGenerator[Out, None]:
        adapter = request.adapter if isinstance(request, ForAdapter) else ""
        handle = self._handle.options(multiplexed_model_id=adapter) if adapter else self._handle
        response = handle.run.remote(request, time.time(), traces.carrier())
        try:
            async for item in response:
                yield item
        except BackPressureError as error:
            raise Overloaded(f"{self._name} has no free replica", _RETRY_AFTER_S) from error
        finally:
            response.cancel()


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
        health_check_period_s=1,
        health_check_timeout_s=30,
    )
    return deployment.bind(name, config, placement.scaling)
