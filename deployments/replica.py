"""One stage in one Serve replica: what its process runs.

It imports no profile, whose engines are all that there are: a replica that takes a dead one's place
loads its own and nothing else.
"""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from math import inf
from typing import Any

from ray import serve

from avatar_serving import metrics, traces
from avatar_serving.exposition import show_node
from avatar_serving.scaling import ByDeadlineMisses, Scaling
from avatar_serving.scaling.streams import Streams
from avatar_serving.stages.base import Checked, Holds, StageConfig, Warmed


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
        if isinstance(config, Holds):
            self._hold = _held_told(config.held_at_once)

    async def run(
        self, request: Any, sent_at: float, trace: Mapping[str, str]
    ) -> AsyncGenerator[Any, None]:
        """*sent_at*: when the gateway sent the request, in seconds of its wall clock; *trace*: what
        it was a part of."""
        mark, outcome = traces.resume(f"{self._name} replica", trace), "stopped"
        metrics.queue_wait.labels(self._name).observe(max(0.0, time.time() - sent_at))
        metrics.batch.labels(self._name).observe(self._streams.in_work + 1)
        try:
            if held := serve.get_multiplexed_model_id():
                await self._hold(held)
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


def _held_told(most: int) -> Callable[[str], Awaitable[str]]:
    """Tells Serve what is in memory here, so that requests for it come here.

    Holding it is the engine's affair, which lets the same one go: that not used for longest.
    """

    async def held(name: str) -> str:
        return name

    multiplexed: Any = serve.multiplexed(max_num_models_per_replica=most)
    return multiplexed(held)
