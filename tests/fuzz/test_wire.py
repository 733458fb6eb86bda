"""The wire: spoiled messages in one session, while another one goes on beside it."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.errors import AvatarError, InvalidRequest
from avatar_serving.protocol.client import parse_client
from avatar_serving.protocol.server import SERVER_EVENTS
from tests.fuzz.ledger import Ledger, inputs
from tests.fuzz.mutations import bytes_like, json_like
from tests.protocol.golden import CLIENT
from tests.session.talk import Talk, frame, powers
from tests.virtual_time import VirtualTimeLoop

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(7200)]
OURS, THEIRS = "quokkamarker", "zebramarker"
"""Words that one session says, and the other must never hear."""

IDS = ("item_1", "root", "a" * 64, THEIRS)
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)


def said(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    item = {"id": "item_1", "type": "message", "role": "user", "content": content}
    return {"type": "conversation.item.create", "item": item}


SAMPLES: tuple[Any, ...] = (
    *(json.loads(text) for text in CLIENT.values()),
    said(f"Tell me of {THEIRS}."),
    {"type": "response.create"},
    {"type": "input_audio_buffer.append", "audio": frame(0, 0.5) * 4},
    {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": [
        {"type": "input_image", "image_url": PICTURE}]}},
    {"type": "response.create", "response": {"conversation": "none", "input": [
        said(f"Say {THEIRS}.")["item"], {"type": "item_reference", "id": "item_1"}]}},
    {"type": "session.update", "session": {"avatar": {"language": "auto", "user": "ann",
        "remember": True}, "audio": {"input": {"turn_detection": {"type": "server_vad",
        "idle_timeout_ms": 5000}}, "output": {"speed": 1.2}}, "tools": [{"type": "function",
        "name": "add", "parameters": {"type": "object", "properties": {}}}]}},
)  # fmt: skip

json_texts = json_like(*SAMPLES, words=(*IDS, *CLIENT)).map(json.dumps)
raw_texts = bytes_like(*(json.dumps(s).encode() for s in SAMPLES)).map(
    lambda data: data.decode("utf-8", "replace")
)
messages = st.one_of(
    st.sampled_from(SAMPLES).map(json.dumps),
    json_texts,
    json_texts,
    raw_texts,
    st.text(max_size=40),
)
conversations = st.lists(messages, min_size=1, max_size=6)


@inputs()
@given(text=messages)
def test_a_message_is_read_or_refused(ledger: Ledger, text: str) -> None:
    with ledger.trying():
        parse_client(text)


@inputs()
@given(texts=conversations)
def test_a_session_answers_whatever_it_is_sent(ledger: Ledger, texts: list[str]) -> None:
    async def look(_: object) -> str:
        return "A picture."

    async def both() -> tuple[Talk, Talk, list[str]]:
        failures: list[str] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: failures.append(str(context))
        )
        able = replace(powers(), look=look)
        async with Talk(able) as spoiled, Talk(able) as clean:
            await clean.raw(json.dumps(said(f"Repeat {OURS}.")))
            for text in texts:
                await spoiled.raw(text)
                await asyncio.sleep(0.2)
            await clean.raw('{"type": "response.create"}')
            await asyncio.sleep(20)
            await spoiled.raw('{"type": "input_audio_buffer.clear"}')
            await asyncio.sleep(0.1)
        return spoiled, clean, failures

    spoiled, clean, failures = _virtually(both())
    assert not failures
    _check_spoiled(ledger, spoiled)
    assert "response.done" in clean.kinds()
    assert OURS in json.dumps(clean.events) and THEIRS not in json.dumps(clean.events)


def _check_spoiled(ledger: Ledger, talk: Talk) -> None:
    assert "input_audio_buffer.cleared" in talk.kinds()[-3:], talk.kinds()[-5:]
    assert OURS not in json.dumps(talk.events)
    for event in talk.events:
        SERVER_EVENTS[event["type"]].model_validate(event)
    codes = {event["error"]["code"] for event in talk.of("error")}
    assert AvatarError.code not in codes, talk.of("error")
    ledger.count(f"session: {'some refused' if codes else 'all accepted'}")


def _virtually(coroutine: Any) -> Any:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"type":' * 50_000, "\x00" * 1000])
def test_nesting_without_end_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_client(text)
