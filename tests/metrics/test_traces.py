"""What a collector gets: spans with ids, in the right order, and no words."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from avatar_serving import traces
from avatar_serving.errors import StageFailed
from avatar_serving.exposition import exposition
from avatar_serving.metrics import Observed
from avatar_serving.scaling import BySessions
from avatar_serving.stages.llm import EchoConfig
from avatar_serving.stages.tts.tone import ToneConfig
from deployments.replica import StageReplica
from tests.session.talk import Talk, powers
from tests.virtual_time import on_virtual_time

WORDS = "The marzipan elephant sings."
MARKER = b"marzipan"


class Collector:
    def __init__(self):
        self.bodies = []
        collector = self

        class Received(BaseHTTPRequestHandler):
            def do_POST(self):
                collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Received)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def spans(self, *names):
        """By name, as soon as there are some of all *names*."""
        for _ in range(600):
            requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
            found = {}
            for request in requests:
                for span in request.resource_spans[0].scope_spans[0].spans:
                    found.setdefault(span.name, []).append(span)
            if set(names) <= set(found):
                return found
            time.sleep(0.1)
        raise AssertionError(f"{set(names) - set(found)} did not come; {set(found)} did")

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector(monkeypatch):
    collector = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "avatars-here")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    traces._tracer.cache_clear()
    yield collector
    traces._tracer().span_processor.shutdown()
    traces._tracer.cache_clear()
    collector.close()


def attributes(span):
    return {one.key: one.value.string_value for one in span.attributes}


async def conversation():
    llm = Observed("llm", EchoConfig().build())
    async with Talk(powers(WORDS, llm=llm)) as talk:
        await talk.speak(1.0)
        await talk.until("response.done")
        return talk


def test_a_turn_is_part_of_its_session_and_a_stage_of_its_turn(collector):
    talk = on_virtual_time(conversation())
    found = collector.spans("session", "turn", "llm")
    (session,) = found["session"]
    turn = next(t for t in found["turn"] if attributes(t)["outcome"] != "dropped")
    stages = [span for span in found["llm"] if span.parent_span_id == turn.span_id]
    assert turn.parent_span_id == session.span_id and len(stages) == 1
    assert {span.trace_id for span in (session, turn, *stages)} == {session.trace_id}
    ids = {
        "session_id": talk.of("session.created")[0]["session"]["id"],
        "turn_id": talk.of("response.done")[0]["response"]["id"],
    }
    assert attributes(stages[0]) == {**ids, "outcome": "completed"}
    assert any(WORDS in str(event) for event in talk.events)
    assert not [body for body in collector.bodies if MARKER in body.lower()]


def test_a_slow_answer_is_found_from_its_figure(collector):
    on_virtual_time(conversation())
    turns = {span.span_id.hex() for span in collector.spans("turn")["turn"]}
    page, _ = exposition("application/openmetrics-text;version=1.0.0")
    named = {
        sample.exemplar.labels["span_id"]
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
        if sample.exemplar
    }
    assert named & turns


class Loose:
    async def run(self, request, /):
        raise StageFailed("tts", f"cannot say {request}")
        yield


async def test_an_error_brings_its_code_and_no_words(collector):
    with pytest.raises(StageFailed):
        await anext(Observed("loose", Loose()).run(WORDS))
    (span,) = collector.spans("loose")["loose"]
    assert attributes(span) == {"outcome": StageFailed.code}
    assert not [body for body in collector.bodies if MARKER in body.lower()]


async def test_a_replica_goes_on_with_the_gateway_s_trace(collector):
    from avatar_serving.media import SpeechRequest

    replica = StageReplica("tts", ToneConfig(), BySessions())
    turn = traces.begin("turn", session_id="s", turn_id="t")
    with turn.inside():
        carried = traces.carrier()
    items = [item async for item in replica.run(SpeechRequest(WORDS, "tone"), 0.0, carried)]
    turn.end("completed")
    found = collector.spans("turn", "tts replica")
    (parent,), (part,) = found["turn"], found["tts replica"]
    assert items and part.parent_span_id == parent.span_id and part.trace_id == parent.trace_id
    assert attributes(part) == {"session_id": "s", "turn_id": "t", "outcome": "completed"}


def test_without_an_endpoint_nothing_is_traced(monkeypatch):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    traces._tracer.cache_clear()
    with traces.begin("session", session_id="s").inside():
        assert traces.carrier() == {} and traces.exemplar() is None
    traces._tracer.cache_clear()
