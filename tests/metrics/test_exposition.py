"""One page for all processes of a node, whichever of them shows it."""

import os
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from avatar_serving.errors import InvalidRequest
from avatar_serving.exposition import exposition, show_node
from deployments.ports import free_port

OPEN = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
PROCESS = """
import sys
from avatar_serving import exposition, metrics
exposition._AGAIN_S = 0.1
metrics.sessions.inc()
metrics.voice_to_voice.observe(0.4)
exposition.show_node()
print(flush=True)
sys.stdin.read()
"""


class Process:
    """Counts a session and an answer, and shows the node's page if nobody else does."""

    def __init__(self, folder, port):
        here = {"PROMETHEUS_MULTIPROC_DIR": str(folder), "AVATAR_METRICS_ADDRESS": f"[::1]:{port}"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        command = [sys.executable, "-c", PROCESS]
        self._process = subprocess.Popen(command, env=os.environ | here, **pipes)
        self._process.stdout.readline()

    def kill(self):
        self._process.kill()
        self._process.communicate()


def scraped(port, sessions):
    """The page, as soon as it counts so many *sessions*."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://[::1]:{port}/metrics", timeout=5) as page:
                text = page.read().decode()
        except OSError:
            text = ""
        if f"avatar_sessions {sessions:.1f}" in text:
            return text
        time.sleep(0.1)
    raise AssertionError(text)


def test_another_process_shows_the_page_when_one_dies(tmp_path):
    port = free_port()
    first, second = Process(tmp_path, port), Process(tmp_path, port)
    try:
        assert "avatar_voice_to_voice_seconds_count 2.0" in scraped(port, 2)
        first.kill()
        assert "avatar_voice_to_voice_seconds_count 2.0" in scraped(port, 1)
    finally:
        first.kill()
        second.kill()


def test_without_an_address_nothing_is_shown(monkeypatch):
    monkeypatch.delenv("AVATAR_METRICS_ADDRESS", raising=False)
    show_node.__wrapped__()
    assert "metrics" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("address", ["8081", "somewhere:", ":8081", "here:http"])
def test_an_address_has_a_host_and_a_port(monkeypatch, address):
    monkeypatch.setenv("AVATAR_METRICS_ADDRESS", address)
    with pytest.raises(InvalidRequest, match="host:port"):
        show_node.__wrapped__()


def test_prometheus_gets_the_format_that_it_asks_for():
    page, content_type = exposition(OPEN)
    assert content_type.startswith("application/openmetrics-text")
    families = {family.name for family in text_string_to_metric_families(page.decode())}
    assert {"avatar_sessions", "avatar_turns", "avatar_stage_seconds"} <= families
    page, content_type = exposition("*/*")
    assert content_type.startswith("text/plain; version=0.0.4")
    assert b"# TYPE avatar_turns_total counter" in page


def test_the_newest_span_of_all_processes_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    script = "import sys; from avatar_serving import metrics, exemplars as e; "
    script += "metrics.voice_to_voice.observe(0.4); "
    script += "name = 'avatar_voice_to_voice_seconds'; "
    script += "e.keep(name, metrics.SECONDS, 0.4, {'trace_id': sys.argv[1]})"
    for name in ("older", "newer"):
        subprocess.run([sys.executable, "-c", script, name], check=True)
    page = exposition(OPEN)[0].decode()
    (line,) = [line for line in page.splitlines() if " # {" in line]
    assert line.startswith(
        'avatar_voice_to_voice_seconds_bucket{le="0.45"} 2.0 # {trace_id="newer"}'
    )
