"""Every metric there is. Observed in ``Observed``, the session and the gateway, nowhere else."""

import os
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from avatar_serving.stages.base import Stage

In = TypeVar("In")
Out = TypeVar("Out")

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 5, 10, 30)

stage_first_item = Histogram(
    "avatar_stage_first_item_seconds", "Request to first item", ["stage"], buckets=_SECONDS
)
stage_total = Histogram(
    "avatar_stage_seconds", "Request to end of stream", ["stage"], buckets=_SECONDS
)
stage_errors = Counter("avatar_stage_errors_total", "Streams ended by an error", ["stage", "code"])
turns = Counter("avatar_turns_total", "Answers by how they ended", ["status"])
tokens = Counter("avatar_tokens_total", "Tokens read, remembered and written", ["kind"])
voice_to_voice = Histogram(
    "avatar_voice_to_voice_seconds",
    "Last speech sample received to first audio sent",
    buckets=_SECONDS,
)
blocked = Counter("avatar_blocked_total", "Texts that the guard rails refused", ["rule", "topic"])
barge_in = Histogram(
    "avatar_barge_in_seconds", "Speech heard to the answer stopped", buckets=_SECONDS
)
sessions = Gauge("avatar_sessions", "Live sessions", multiprocess_mode="livesum")
resumed = Counter("avatar_resumes_total", "Clients that came back, or could not", ["result"])
refused = Counter("avatar_refused_total", "Requests refused", ["code"])
created = Counter("avatar_avatars_created_total", "Avatars made or refused", ["result"])

videos = Counter("avatar_videos_total", "Talking videos by how they ended", ["result"])


class Observed(Generic[In, Out]):
    """A stage that reports how long its streams take."""

    def __init__(self, name: str, stage: Stage[In, Out]) -> None:
        self.stage = stage
        """The same without being reported."""
        self._name = name

    async def run(self, request: In, /) -> AsyncGenerator[Out, None]:
        began = time.perf_counter()
        first = True
        try:
            async with aclosing(self.stage.run(request)) as items:
                async for item in items:
                    if first:
                        stage_first_item.labels(self._name).observe(time.perf_counter() - began)
                        first = False
                    yield item
        except Exception as error:
            stage_errors.labels(self._name, getattr(error, "code", "internal")).inc()
            raise
        finally:
            stage_total.labels(self._name).observe(time.perf_counter() - began)


def exposition() -> bytes:
    """The text that Prometheus scrapes, over all processes of this node."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is None:
        return generate_latest()
    forget_the_dead(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


def forget_the_dead(folder: Path) -> None:
    """Take the sessions of processes that were killed out of the count."""
    for path in folder.glob("gauge_live*.db"):
        try:
            os.kill(int(path.stem.rpartition("_")[2]), 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except PermissionError:
            continue
