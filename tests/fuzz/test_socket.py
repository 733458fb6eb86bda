"""The socket of a gateway, as the network reaches it: spoiled frames, beside a clean session."""

import asyncio
import json
from contextlib import suppress

import httpx
import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.config import load_profile
from avatar_serving.errors import AvatarError
from tests.deployments.serving import gateway
from tests.deployments.sockets import socket_url
from tests.fuzz.ledger import Ledger, inputs
from tests.fuzz.mutations import json_like
from tests.fuzz.test_wire import OURS, SAMPLES, THEIRS, messages, said

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(7200)]
FRAMES = 50
"""Spoiled frames of one connection."""
CLOSED_RIGHTLY = {1000, 1007, 1008, 1009, 1013}
ADDRESSES = ("", "?resume=1", "?greet=1&animation=arkit52")

LAST = '{"type": "response.cancel", "event_id": "the_last", "response_id": "none"}'
"""Refused, by its name: all before it was answered."""

frames = st.one_of(messages, messages.map(str.encode), st.binary(max_size=60))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory):
    limits = load_profile("test").limits.model_copy(update={"sessions": 16})
    profile = load_profile("test").model_copy(update={"limits": limits})
    with gateway(tmp_path_factory.mktemp("data"), profile) as (_, address):
        yield address


@inputs(1 / FRAMES)
@given(sent=st.lists(frames, min_size=FRAMES, max_size=FRAMES), address=st.sampled_from(ADDRESSES))
def test_a_socket_answers_whatever_comes(
    ledger: Ledger, url: str, sent: list[str | bytes], address: str
) -> None:
    asyncio.run(_beside(ledger, url, sent, address))
    assert httpx.get(url + "/healthz").status_code == 200


async def _beside(ledger: Ledger, url: str, sent: list[str | bytes], address: str) -> None:
    async with websockets.connect(socket_url(url)) as clean:
        await clean.send(json.dumps(said(f"Repeat {OURS}.")))
        spoiled, code = await _spoil(socket_url(url, address), sent)
        await clean.send('{"type": "response.create"}')
        heard = await _until(clean, "response.done")
    assert OURS in heard and THEIRS not in heard
    text = json.dumps(spoiled)
    assert OURS not in text
    codes = {event["error"]["code"] for event in spoiled if event["type"] == "error"}
    assert AvatarError.code not in codes
    assert code is None or code in CLOSED_RIGHTLY, code
    ledger.count(f"socket: closed {code}" if code else "socket: stayed open", len(sent))


async def _spoil(address: str, sent: list[str | bytes]) -> tuple[list[dict], int | None]:
    """What a session said to *sent*, and the code it closed with, if it did."""
    heard: list[dict] = []
    async with websockets.connect(address, max_size=None) as socket:
        listening = asyncio.create_task(_listen(socket, heard))
        with suppress(websockets.ConnectionClosed):
            for frame in sent:
                await socket.send(frame)
            await socket.send(LAST)
            async with asyncio.timeout(120):
                while not listening.done() and not any(map(_is_last, heard)):
                    await asyncio.sleep(0.02)
        alive = not listening.done()
        listening.cancel()
        return heard, None if alive else socket.close_code


def _is_last(event: dict) -> bool:
    return event["type"] == "error" and event["error"]["event_id"] == "the_last"


async def _listen(socket: websockets.ClientConnection, heard: list[dict]) -> None:
    async for text in socket:
        heard.append(json.loads(text))


async def _until(socket: websockets.ClientConnection, kind: str) -> str:
    heard = ""
    async with asyncio.timeout(60):
        async for text in socket:
            heard += str(text)
            if json.loads(text)["type"] == kind:
                return heard
    raise AssertionError(f"closed before {kind}")


BODIES = (
    ("/v1/realtime/client_secrets", {"expires_after": {"seconds": 60},
        "session": SAMPLES[-1]["session"]}),
    ("/v1/chat/completions", {"model": "default", "messages": [{"role": "user", "content": "Hi."},
        {"role": "tool", "tool_call_id": "x", "content": "1"}], "max_tokens": 5, "stream": False,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}),
    ("/v1/audio/speech", {"model": "tts-1", "input": "Hi.", "voice": "tone", "speed": 1.0}),
    ("/v1/memories", {"user": "ann", "avatar": "", "text": "I live in Lisbon."}),
    ("/v1/videos", {"avatar": "0" * 32, "text": "Hi.", "size": "64x64", "fps": 30}),
)  # fmt: skip


@inputs(0.25)
@given(
    call=st.sampled_from(BODIES).flatmap(
        lambda call: st.tuples(st.just(call[0]), json_like(call[1]))
    )
)
def test_a_call_is_answered_whatever_its_body(
    ledger: Ledger, rest: httpx.Client, call: tuple[str, object]
) -> None:
    path, body = call
    answer = rest.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    ledger.count(f"rest: {answer.status_code}")
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["error"]["code"] != AvatarError.code


@pytest.fixture(scope="module")
def rest(url: str):
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client
