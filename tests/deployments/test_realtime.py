"""The socket as clients see it: the OpenAI SDK, keys, what is refused, leaving half way."""

import asyncio
import base64
import json
import threading

import httpx
import pytest
import websockets
from openai import AsyncOpenAI

from tests.deployments.serving import gateway
from tests.deployments.sockets import read_until, socket_url
from tests.session.talk import frame


async def test_the_openai_sdk_holds_a_voice_turn(served):
    client = AsyncOpenAI(api_key="unused", base_url=served[1] + "/v1")
    sound, kinds, transcript = b"", [], ""
    async with client.realtime.connect(model="default") as connection:
        await connection.session.update(
            session={
                "type": "realtime",
                "instructions": "Be brief.",
                "audio": {"input": {"turn_detection": {"type": "server_vad"}}},
            }
        )
        speaking = asyncio.create_task(_speak(connection))
        async with asyncio.timeout(60):
            async for event in connection:
                kinds.append(event.type)
                if event.type == "response.output_audio.delta":
                    sound += base64.b64decode(event.delta)
                elif event.type == "response.output_audio_transcript.done":
                    transcript = event.transcript
                elif event.type == "response.done":
                    break
        await speaking
    assert "conversation.item.input_audio_transcription.completed" in kinds
    assert transcript == "Hello, how are you?"
    assert len(sound) > 24_000


async def _speak(connection):
    for i in range(110):
        level = 0.5 if i < 50 else 0.0
        await connection.input_audio_buffer.append(audio=frame(i, level))
        await asyncio.sleep(0.02)


async def test_the_openai_sdk_types_a_turn(served):
    client = AsyncOpenAI(api_key="unused", base_url=served[1] + "/v1")
    async with client.realtime.connect(model="default") as connection:
        await connection.conversation.item.create(
            item={"type": "message", "role": "user",
                  "content": [{"type": "input_text", "text": "Say this"}]}
        )  # fmt: skip
        await connection.response.create(response={"output_modalities": ["text"]})
        async with asyncio.timeout(60):
            async for event in connection:
                if event.type == "response.done":
                    break
    assert event.response.output[0].content[0].text == "Say this"


async def test_keys_and_secrets(tmp_path):
    with gateway(tmp_path, api_key_required=True) as (services, url):
        key = services.store.create_key("tests")
        bearer = {"Authorization": f"Bearer {key}"}
        assert httpx.get(url + "/v1/avatars").status_code == 401
        assert (
            httpx.get(url + "/v1/avatars", headers={"Authorization": "Bearer no"}).status_code
            == 401
        )
        assert httpx.get(url + "/v1/avatars", headers=bearer).status_code == 200
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(socket_url(url))
        assert refused.value.response.status_code == 401
        async with websockets.connect(socket_url(url), additional_headers=bearer) as socket:
            await read_until(socket, "session.created")
        body = {"expires_after": {"seconds": 60}, "session": {"instructions": "You sell shoes."}}
        secret = httpx.post(url + "/v1/realtime/client_secrets", json=body, headers=bearer).json()
        offered = ["realtime", f"openai-insecure-api-key.{secret['value']}"]
        async with websockets.connect(socket_url(url), subprotocols=offered) as socket:
            assert socket.subprotocol == "realtime"
            created = (await read_until(socket, "session.created"))[0]
            assert created["session"]["instructions"] == ""
            patch = {"type": "session.update", "session": {"instructions": "You give discounts."}}
            await socket.send(json.dumps(patch))
            updated = (await read_until(socket, "session.updated"))[-1]
            assert updated["session"]["instructions"] == ""
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(socket_url(url), subprotocols=offered)
        long = httpx.post(
            url + "/v1/realtime/client_secrets",
            json={"expires_after": {"seconds": 1}},
            headers=bearer,
        )
        assert long.status_code == 400


async def test_unknown_avatars_and_animations_are_refused(served):
    async with websockets.connect(socket_url(served[1], "?avatar=" + "0" * 32)) as socket:
        assert json.loads(await socket.recv())["error"]["code"] == "not_found"
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(socket_url(served[1], "?animation=flame"))
    assert refused.value.response.status_code == 400


async def test_another_website_cannot_open_a_socket(served):
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(socket_url(served[1]), origin="https://evil.example")


async def test_too_long_a_message_closes_the_socket(served):
    async with websockets.connect(socket_url(served[1])) as socket:
        await read_until(socket, "session.created")
        await socket.send("x" * 2_000_001)
        await read_until(socket, "error")
        await socket.wait_closed()
        assert socket.close_code == 1009


async def test_fifty_sessions_left_in_the_middle_leave_nothing(served):
    services, url = served
    await _one_cut_short(url)
    threads = own_threads()
    await asyncio.gather(*(_one_cut_short(url) for _ in range(50)))
    for _ in range(600):
        if services.sessions.held == 0 and own_threads() == threads:
            break
        await asyncio.sleep(0.1)
    assert services.sessions.held == 0
    assert own_threads() == threads


def own_threads():
    """Threads but for the event loop's pool, which keeps the few that it has."""
    return len([t for t in threading.enumerate() if not t.name.startswith("asyncio_")])


async def _one_cut_short(url):
    async with websockets.connect(socket_url(url, "?animation=arkit52")) as socket:
        await socket.send(json.dumps({
            "type": "conversation.item.create",
            "item": {"type": "message", "role": "user",
                     "content": [{"type": "input_text", "text": "word " * 50}]},
        }))  # fmt: skip
        await socket.send(json.dumps({"type": "response.create"}))
        await read_until(socket, "response.output_audio.delta")
        socket.transport.abort()
