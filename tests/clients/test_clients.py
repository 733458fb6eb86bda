"""Clients that people have, unchanged: each holds a spoken turn, and calls a tool in it."""

import json
import os
import subprocess

import pytest

from tests.clients.conftest import HERE

pytestmark = pytest.mark.clients


def run(command, cwd, **environment):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=120,
        env=os.environ | environment,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stdout[-1500:] + done.stderr[-3000:]
    return json.loads(lines[-1])


def spoken(history):
    """The texts of a client's own record of the conversation."""
    return [part.get("transcript") for item in history for part in item.get("content", [])]


def test_openai_agents_for_python(served, python):
    told = run([python, "agents_python.py", served], HERE)
    assert told["errors"] == [] and told["audio"] > 20_000
    assert told["tools"] == [["get_time", "It is noon."]]
    assert "What is get_time now" in spoken(told["history"])


def test_pipecat(served, python):
    told = run([python, "pipecat_python.py", served], HERE)
    assert told["errors"] == [] and told["audio"] > 20_000
    assert told["tools"] == ["get_time"] and "It is noon." in told["text"]
    assert told["heard"] == ["What is get_time now"]


def test_livekit(served, python):
    told = run([python, "livekit_python.py", served], HERE)
    assert told["errors"] == [] and told["audio"] > 20_000
    assert told["tools"] == ["get_time"] and told["text"] == "It is noon."
    assert told["heard"] == ["What is get_time now"] and told["started"] == 1


@pytest.mark.parametrize("socket", ["browser", "ws"])
def test_openai_for_javascript(secured, node, socket):
    """Both of its sockets insist on TLS."""
    url, certificate = secured
    command = ["node", "--experimental-websocket", "openai.mjs", url, socket]
    told = run(command, node, NODE_EXTRA_CA_CERTS=str(certificate))
    assert told["errors"] == [] and told["audio"] > 20_000
    assert told["status"] == ["completed", "completed"]
    assert told["heard"] == "What is get_time now"
    assert told["tools"] == ["get_time"] and told["text"] == "It is noon."


def test_openai_agents_for_javascript(served, node):
    told = run(["node", "agents.mjs", served], node)
    assert told["errors"] == [] and told["audio"] > 20_000
    assert told["tools"] == ["get_time"]
    assert "What is get_time now" in spoken(told["history"])
    assert "It is noon." in spoken(told["history"])
