"""The openai engine against a server of our own that speaks just enough HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import pytest

from avatar_serving.errors import InvalidRequest, Overloaded, StageFailed, StageTimeout
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest, Message, Tokens, Tool, ToolCall
from avatar_serving.stages.llm import OpenAiConfig

HELLO = ChatRequest((Message("system", "Be kind."), Message("user", "Hi")), 10, 0.5, seed=3)

Answer = Callable[[dict[str, object], asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answer: Answer) -> AsyncGenerator[OpenAiConfig, None]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            await answer(json.loads(await reader.readexactly(length)), writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield OpenAiConfig(
            base_url=f"http://127.0.0.1:{port}/v1",
            model="m",
            api_key_env="",
            timeout_s=0.5,
            retries=0,
        )


async def start(writer: asyncio.StreamWriter, status: str = "200 OK") -> None:
    kind = "text/event-stream" if status.startswith("200") else "application/json"
    writer.write(f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n".encode())
    await writer.drain()


async def say(writer: asyncio.StreamWriter, text: str) -> None:
    await send(writer, {"content": text})


async def send(
    writer: asyncio.StreamWriter, delta: dict[str, object], end: str | None = None, **more: object
) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": end}
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 0,
        "choices": [choice],
        **more,
    }
    writer.write(f"data: {json.dumps(chunk)}\n\n".encode())
    await writer.drain()


async def test_streams_what_the_server_says() -> None:
    asked: list[dict[str, object]] = []

    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        asked.append(body)
        await start(writer)
        await say(writer, "Hel")
        await say(writer, "lo.")
        writer.write(b"data: [DONE]\n\n")

    async with server(answer) as config:
        assert await collect(config.build().run(HELLO)) == ["Hel", "lo.", Tokens(0, 2)]
    (body,) = asked
    assert "response_format" not in body
    assert body["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
    ]
    assert (body["max_tokens"], body["temperature"], body["seed"]) == (10, 0.5, 3)


async def test_it_is_told_in_words_to_go_on() -> None:
    asked: list[dict[str, object]] = []

    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        asked.append(body)
        await start(writer)
        await say(writer, "three")
        writer.write(b"data: [DONE]\n\n")

    begun = (*HELLO.messages, Message("assistant", "one two"))
    async with server(answer) as config:
        await collect(config.build().run(replace(HELLO, messages=begun, goes_on=True)))
    messages = asked[0]["messages"]
    assert isinstance(messages, list)
    assert messages[-2] == {"role": "assistant", "content": "one two"}
    assert messages[-1]["role"] == "system" and "'one two'" in messages[-1]["content"]


async def test_a_form_is_asked_for_and_choices_are_refused() -> None:
    asked: list[dict[str, object]] = []

    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        asked.append(body)
        await start(writer)
        await say(writer, "{}")
        writer.write(b"data: [DONE]\n\n")

    async with server(answer) as config:
        llm = config.build()
        await collect(llm.run(replace(HELLO, schema='{"type": "object"}')))
        with pytest.raises(InvalidRequest, match="choices"):
            await collect(llm.run(replace(HELLO, choices=("a", "b"))))
    (body,) = asked
    shape = {"name": "answer", "schema": {"type": "object"}}
    assert body["response_format"] == {"type": "json_schema", "json_schema": shape}


async def test_calls_and_their_cost_are_put_together() -> None:
    asked: list[dict[str, object]] = []

    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        asked.append(body)
        await start(writer)
        await say(writer, "Let me see.")
        named = {"name": "clock", "arguments": ""}
        call = {"index": 0, "id": "c7", "type": "function", "function": named}
        await send(writer, {"tool_calls": [call]})
        for part in ('{"zone"', ': "UTC"}'):
            await send(writer, {"tool_calls": [{"index": 0, "function": {"arguments": part}}]})
        usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14,
                 "prompt_tokens_details": {"cached_tokens": 4}}  # fmt: skip
        await send(writer, {}, "tool_calls", usage=usage)
        writer.write(b"data: [DONE]\n\n")

    call = ToolCall("c1", "clock", "{}")
    messages = (
        Message("user", "Now?"),
        Message("assistant", "", calls=(call,)),
        Message("tool", "noon", call_id="c1"),
        Message("user", "And in UTC?"),
    )
    tool = Tool("clock", "The time", '{"type": "object"}')
    async with server(answer) as config:
        request = ChatRequest(messages, tools=(tool,), tool_choice="clock")
        got = await collect(config.build().run(request))
    assert got == ["Let me see.", ToolCall("c7", "clock", '{"zone": "UTC"}'), Tokens(9, 5, 4)]
    (body,) = asked
    told = {"name": "clock", "description": "The time", "parameters": {"type": "object"}}
    assert body["tools"] == [{"type": "function", "function": told}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "clock"}}
    assert body["messages"] == [
        {"role": "user", "content": "Now?"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}]},
        {"role": "tool", "content": "noon", "tool_call_id": "c1"},
        {"role": "user", "content": "And in UTC?"},
    ]  # fmt: skip


async def test_an_answer_that_was_cut_says_so() -> None:
    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        await start(writer)
        await send(writer, {"content": "So"}, "length")
        writer.write(b"data: [DONE]\n\n")

    async with server(answer) as config:
        assert await collect(config.build().run(HELLO)) == ["So", Tokens(0, 1, complete=False)]


async def test_closing_the_stream_hangs_up() -> None:
    hung_up = asyncio.Event()

    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        await start(writer)
        try:
            while True:
                await say(writer, "and ")
                await asyncio.sleep(0.005)
        except ConnectionError:
            hung_up.set()

    async with server(answer) as config:
        async with aclosing(config.build().run(HELLO)) as deltas:
            await anext(deltas)
        async with asyncio.timeout(60):
            await hung_up.wait()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("400 Bad Request", InvalidRequest),
        ("401 Unauthorized", StageFailed),
        ("429 Too Many Requests", Overloaded),
        ("500 Internal Server Error", StageFailed),
    ],
)
async def test_errors_become_ours(status: str, error: type[Exception]) -> None:
    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        await start(writer, status)
        writer.write(b'{"error": {"message": "no"}}')

    async with server(answer) as config:
        with pytest.raises(error):
            await collect(config.build().run(HELLO))


async def test_a_silent_server_times_out() -> None:
    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        await start(writer)
        await say(writer, "So")
        await asyncio.sleep(60)

    async with server(answer) as config:
        with pytest.raises(StageTimeout):
            await collect(config.build().run(HELLO))


async def test_a_connection_cut_half_way_is_an_error() -> None:
    async def answer(body: dict[str, object], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
        writer.write(b"transfer-encoding: chunked\r\n\r\nffff\r\n")
        await say(writer, "So")

    async with server(answer) as config:
        with pytest.raises(StageFailed):
            await collect(config.build().run(HELLO))


async def test_nobody_there_is_an_error() -> None:
    config = OpenAiConfig(base_url="http://127.0.0.1:1/v1", model="m", api_key_env="", retries=0)
    with pytest.raises(StageFailed):
        await collect(config.build().run(HELLO))


def test_a_key_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_KEY", raising=False)
    with pytest.raises(StageFailed, match="SOME_KEY"):
        OpenAiConfig(model="m", api_key_env="SOME_KEY").build()
