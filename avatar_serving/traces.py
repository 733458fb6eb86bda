"""Spans of sessions, turns and stages by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set.

A span has ids, times and an outcome: never what people said, so neither messages nor tracebacks of
errors. Spans are not OpenTelemetry's "current" ones: streams are closed in other contexts than they
were opened in, which that would not survive.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from avatar_serving.errors import AvatarError

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_SERVICE = "avatar-serving"


class NoTraces(AvatarError):
    """Traces are asked for, and what sends them is not installed."""

    code = "no_traces"


@dataclass(frozen=True, slots=True)
class _Place:
    span: "Span"
    ids: Mapping[str, str]


_place: ContextVar[_Place | None] = ContextVar("place", default=None)


class Mark:
    """A stretch of time that ends once; nothing where traces are off."""

    def __init__(self, place: _Place | None) -> None:
        self._place = place
        self._ended = False

    @contextmanager
    def inside(self) -> Generator[None, None, None]:
        """What begins in this block, and the tasks made in it, are parts of it."""
        token = _place.set(self._place or _place.get())
        try:
            yield
        finally:
            _place.reset(token)

    def end(self, outcome: str) -> None:
        """*outcome*: a status or the code of an error; the first counts."""
        if self._place is not None and not self._ended:
            self._ended = True
            self._place.span.set_attribute("outcome", outcome)
            self._place.span.end()


_NOTHING = Mark(None)


def begin(name: str, **ids: str) -> Mark:
    """A part of what this task does; it has the *ids* of all around it."""
    tracer = _tracer()
    if tracer is None:
        return _NOTHING
    return _begun(tracer, name, _place.get(), ids)


def carrier() -> dict[str, str]:
    """What another process must know to go on: W3C's traceparent, and ids."""
    here = _place.get()
    if here is None:
        return {}
    at = here.span.get_span_context()
    return {"traceparent": f"00-{at.trace_id:032x}-{at.span_id:016x}-01", **here.ids}


def resume(name: str, carried: Mapping[str, str]) -> Mark:
    """A part of what another process does, that sent its ``carrier``."""
    tracer = _tracer()
    if tracer is None or "traceparent" not in carried:
        return _NOTHING
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

    _, trace_id, span_id, _ = carried["traceparent"].split("-")
    at = SpanContext(int(trace_id, 16), int(span_id, 16), True, TraceFlags(TraceFlags.SAMPLED))
    ids = {name: value for name, value in carried.items() if name != "traceparent"}
    return _begun(tracer, name, _Place(NonRecordingSpan(at), ids), {})


def exemplar() -> dict[str, str] | None:
    """Names the span that this task works for, beside a figure of a histogram."""
    here = _place.get()
    if here is None:
        return None
    at = here.span.get_span_context()
    return {"trace_id": f"{at.trace_id:032x}", "span_id": f"{at.span_id:016x}"}


def _begun(tracer: "Tracer", name: str, around: _Place | None, ids: Mapping[str, str]) -> Mark:
    from opentelemetry.context import Context
    from opentelemetry.trace import set_span_in_context

    known = {**(around.ids if around else {}), **ids}
    parent = set_span_in_context(around.span, Context()) if around else Context()
    return Mark(_Place(tracer.start_span(name, parent, attributes=known), known))


@cache
def _tracer() -> "Tracer | None":
    """Raises:
    NoTraces: the exporter is not installed.
    """
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return None
    os.environ.setdefault("OTEL_SERVICE_NAME", _SERVICE)
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise NoTraces(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set: pip install 'avatar-serving[traces]'"
        ) from error
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer(_SERVICE)
