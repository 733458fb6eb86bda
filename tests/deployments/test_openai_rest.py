"""OpenAI's own client at the REST calls that stand for its API."""

import io
import json
import wave

import httpx
import numpy as np
import openai
import pytest
from openai import OpenAI

from avatar_serving.errors import Overloaded
from tests.deployments.serving import gateway

CLOCK = {"type": "function", "function": {"name": "clock", "description": "The time",
         "parameters": {"type": "object", "properties": {}}}}  # fmt: skip
ASK = [{"role": "user", "content": "ask the clock"}]


@pytest.fixture
def client(served):
    with OpenAI(api_key="unused", base_url=served[1] + "/v1", max_retries=0) as made:
        yield made


def test_a_chat_is_completed(client):
    parts = [{"type": "text", "text": "Be brief."}]
    messages = [{"role": "system", "content": parts}, {"role": "user", "content": "one two"}]
    reply = client.chat.completions.create(model="default", messages=messages)
    (choice,) = reply.choices
    assert (choice.message.content, choice.finish_reason) == ("one two", "stop")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (4, 2)
    assert reply.model == "echo" and reply.id.startswith("chatcmpl-")


def test_a_chat_is_streamed(client):
    options = {"include_usage": True}
    stream = client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "One two. Three four five."}],
        stream=True, stream_options=options, max_completion_tokens=3,
    )  # fmt: skip
    chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == (
        "One two. Three"
    )
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "length"
    assert chunks[-1].usage.completion_tokens == 3


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_is_called_and_its_result_told(client, streamed):
    calling = {"model": "default", "messages": ASK, "tools": [CLOCK]}
    if streamed:
        with client.chat.completions.stream(**calling) as stream:
            reply = stream.get_final_completion()
    else:
        reply = client.chat.completions.create(**calling)
    (choice,) = reply.choices
    (call,) = choice.message.tool_calls
    assert choice.finish_reason == "tool_calls" and call.function.name == "clock"
    assert json.loads(call.function.arguments) == {"said": "ask the clock"}
    result = {"role": "tool", "tool_call_id": call.id, "content": "It is noon."}
    asked = {
        "role": "assistant",
        "tool_calls": [call.model_dump(include={"id", "type", "function"})],
    }
    told = client.chat.completions.create(
        model="default", messages=[*ASK, asked, result], tools=[CLOCK]
    )
    assert told.choices[0].message.content == "It is noon."


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages.0.role"),
        ({"messages": ASK, "temperature": 9}, "temperature"),
        ({"messages": ASK, "n": 3}, "n"),
        ({"messages": ASK, "response_format": {"type": "json_schema"}}, "response_format"),
        ({"messages": ASK,
          "tool_choice": {"type": "function", "function": {"name": "lamp"}}}, "tool_choice"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(rest, body, param):
    reply = rest.post("/v1/chat/completions", json=body)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["type"] == "invalid_request_error" and error["param"] == param


def test_an_unknown_model_is_named(client):
    with pytest.raises(openai.NotFoundError, match="nobody"):
        client.chat.completions.create(model="nobody", messages=ASK)


class Busy:
    async def run(self, request, /):
        raise Overloaded("the language model is busy", 2)
        yield


@pytest.mark.parametrize("streamed", [False, True])
def test_a_chat_that_fails_before_its_first_word_has_a_status(tmp_path, streamed):
    with gateway(tmp_path) as (services, url):
        services.stages["llm"] = Busy()
        body = {"messages": ASK, "stream": streamed}
        reply = httpx.post(url + "/v1/chat/completions", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "overloaded")
    assert reply.headers["retry-after"] == "2"


def spoken(seconds=1.0, rate=24_000):
    tone = (np.sin(np.arange(round(seconds * rate)) / 9) * 9000).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(tone.tobytes())
    return buffer.getvalue()


def test_speech_is_transcribed(client):
    heard = client.audio.transcriptions.create(model="whisper-1", file=("a.wav", spoken()))
    assert heard.text == "Hello, how are you?"
    assert (heard.usage.type, heard.usage.seconds) == ("duration", 1.0)
    file = ("a.wav", spoken())
    text = client.audio.transcriptions.create(model="x", file=file, response_format="text")
    assert text.strip() == "Hello, how are you?"
    told = client.audio.transcriptions.create(model="x", file=file, response_format="verbose_json")
    assert (told.duration, told.language) == (1.0, "en")


@pytest.mark.parametrize("data", [b"", b"not a sound", spoken()[:30]])
def test_what_is_no_sound_is_refused(client, data):
    with pytest.raises(openai.BadRequestError, match="file"):
        client.audio.transcriptions.create(model="x", file=("a.wav", data))


def test_keys_are_asked_for(tmp_path):
    with gateway(tmp_path, api_key_required=True) as (_, url):
        for path in ("/v1/chat/completions", "/v1/audio/transcriptions"):
            assert httpx.post(url + path, json={}).status_code == 401
