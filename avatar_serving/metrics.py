"""Every metric there is. Observed in ``Observed``, the session, the gateway and replicas."""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager
from typing import Generic, TypeVar

from prometheus_client import Counter, Gauge, Histogram

from avatar_serving import exemplars, traces
from avatar_serving.stages.base import Stage

In = TypeVar("In")
Out = TypeVar("Out")

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 5, 10, 30)
LOADING = (0.1, 0.3, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
LAGS = (0.02, 0.04, 0.08, 0.12, 0.2, 0.3, 0.5, 1, 2, 5, 10)
STREAMS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256)

stage_first_item = Histogram(
    "avatar_stage_first_item_seconds", "Request to first item", ["stage"], buckets=SECONDS
)
stage_total = Histogram(
    "avatar_stage_seconds", "Request to end of stream", ["stage"], buckets=SECONDS
)
stage_errors = Counter("avatar_stage_errors_total", "Streams ended by an error", ["stage", "code"])
stood_in = Counter(
    "avatar_stood_in_total",
    "Requests that an engine in the gateway answered because no replica ran",
    ["stage", "engine"],
)
queue_wait = Histogram(
    "avatar_queue_wait_seconds",
    "A gateway's request to the replica's work on it",
    ["stage"],
    buckets=SECONDS,
)
batch = Histogram(
    "avatar_batch_size",
    "Streams that a process makes of a stage at the same time, when one more begins",
    ["stage"],
    buckets=STREAMS,
)
loading = Histogram(
    "avatar_loading_seconds",
    "An engine built, its weights read, or warmed by a first request",
    ["stage", "step"],
    buckets=LOADING,
)
turns = Counter("avatar_turns_total", "Answers by how they ended, each once", ["status"])
went_on = Counter(
    "avatar_answers_resumed_total", "Answers gone on with: nobody had meant to interrupt"
)
tokens = Counter("avatar_tokens_total", "Tokens read, remembered and written", ["kind"])
voice_to_voice = Histogram(
    "avatar_voice_to_voice_seconds",
    "Last speech sample received to first audio sent",
    buckets=SECONDS,
)
blocked = Counter("avatar_blocked_total", "Texts that the guard rails refused", ["rule", "topic"])
barge_in = Histogram(
    "avatar_barge_in_seconds", "Speech heard to the answer stopped", buckets=SECONDS
)
sessions = Gauge("avatar_sessions", "Live sessions", multiprocess_mode="livesum")
resumed = Counter("avatar_resumes_total", "Clients that came back, or could not", ["result"])
refused = Counter("avatar_refused_total", "Requests refused", ["code"])
created = Counter("avatar_avatars_created_total", "Avatars made or refused", ["result"])
previews = Counter("avatar_look_previews_total", "Looks shown or refused", ["result"])
videos = Counter("avatar_videos_total", "Talking videos by how they ended", ["result"])
trainings = Counter("avatar_trainings_total", "Characters learnt by how that ended", ["result"])
client_reports = Counter("avatar_client_answers_total", "Answers that clients told of")
client_underruns = Counter(
    "avatar_client_underruns_total", "Gaps in the sound of answers, as clients heard them"
)
client_stalled = Histogram(
    "avatar_client_stalled_seconds",
    "Silence that late sound left in an answer: how far it fell behind",
    buckets=LAGS,
)
client_drift = Histogram(
    "avatar_client_drift_seconds",
    "Most that the picture was behind the sound in an answer",
    buckets=LAGS,
)


def answered(waited_s: float) -> None:
    """The first sound of an answer was sent, by the task that speaks it."""
    voice_to_voice.observe(waited_s)
    if (span := traces.exemplar()) is not None:
        exemplars.keep("avatar_voice_to_voice_seconds", SECONDS, waited_s, span)


@contextmanager
def loads(stage: str, step: str) -> Generator[None, None, None]:
    """Measure a *step*, ``build`` or ``warm``, of making *stage* ready, unless it fails."""
    began = time.perf_counter()
    yield
    loading.labels(stage, step).observe(time.perf_counter() - began)


class Observed(Generic[In, Out]):
    """A stage that reports how long its streams take, and if it works *here*, in this process, how
    many it makes at the same time."""

    def __init__(self, name: str, stage: Stage[In, Out], *, here: bool = False) -> None:
        self.stage = stage
        """The same without being reported."""
        self._name = name
        self._here = here
        self._streams = 0

    async def run(self, request: In, /) -> AsyncGenerator[Out, None]:
        began = time.perf_counter()
        first = True
        mark, outcome = traces.begin(self._name), "closed"
        self._streams += 1
        if self._here:
            batch.labels(self._name).observe(self._streams)
        try:
            async with aclosing(self.stage.run(request)) as items:
                async for item in items:
                    if first:
                        stage_first_item.labels(self._name).observe(time.perf_counter() - began)
                        first = False
                    yield item
            outcome = "completed"
        except Exception as error:
            outcome = str(getattr(error, "code", "internal"))
            stage_errors.labels(self._name, outcome).inc()
            raise
        finally:
            mark.end(outcome)
            self._streams -= 1
            stage_total.labels(self._name).observe(time.perf_counter() - began)
