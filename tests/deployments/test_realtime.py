"""The socket as clients see it: the OpenAI SDK, keys, secrets, limits, leaving half way."""

import asyncio
import base64
import json
import threading

import httpx
import pytest
import websockets
from openai import AsyncOpenAI
from sqlalchemy import select

from avatar_serving.config import load_profile
from avatar_serving.limits import Limits
from avatar_serving.store.tables import SessionTable
from tests.deployments.serving import gateway
from tests.session.talk import frame


def socket_url(url, query=""):
    return url.replace("http", "ws") + "/v1/realtime" + query


async def read_until(socket, kind, within_s=60):
    seen = []
    async with asyncio.timeout(within_s):
        async for text in socket:
            seen.append(json.loads(text))
            if seen[-1]["type"] == kind:
                return seen
    raise AssertionError(f"closed before {kind}")


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


async def test_beyond_capacity_is_refused_at_once(tmp_path):
    profile = load_profile("test").model_copy(update={"limits": Limits(sessions=1)})
    with gateway(tmp_path, profile) as (_, url):
        async with websockets.connect(socket_url(url)) as first:
            await read_until(first, "session.created")
            assert httpx.get(url + "/readyz").status_code == 503
            async with websockets.connect(socket_url(url)) as second:
                error = json.loads(await second.recv())["error"]
                assert error["code"] == "overloaded" and "all 1 sessions" in error["message"]
                await second.wait_closed()
                assert second.close_code == 1013
        await _ready(url)
        async with websockets.connect(socket_url(url)) as third:
            await read_until(third, "session.created")


async def test_who_asks_for_it_waits_in_a_queue(tmp_path):
    profile = load_profile("test").model_copy(update={"limits": Limits(sessions=2)})
    with gateway(tmp_path, profile) as (services, url):
        first, other = [await websockets.connect(socket_url(url)) for _ in range(2)]
        for socket in (first, other):
            await read_until(socket, "session.created")
        one = await websockets.connect(socket_url(url, "?queue=1"))
        assert (await read_until(one, "avatar.queued"))[0]["place"] == 1
        two = await websockets.connect(socket_url(url, "?queue=1&resume=1"))
        assert (await read_until(two, "avatar.queued"))[-1]["place"] == 2
        async with websockets.connect(socket_url(url, "?queue=1")) as three:
            assert json.loads(await three.recv())["error"]["code"] == "overloaded"
        await first.close()
        await read_until(one, "session.created")
        assert (await read_until(two, "avatar.queued"))[-1]["place"] == 1
        async with websockets.connect(socket_url(url)) as hasty:
            assert json.loads(await hasty.recv())["error"]["code"] == "overloaded"
        assert services.sessions.held == 2
        await other.close()
        await read_until(two, "session.created")
        assert services.sessions.held == 2
        for socket in (one, two):
            await socket.close()
        await _ready(url)


async def _ready(url):
    for _ in range(1200):
        if httpx.get(url + "/readyz").status_code == 200:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the slot was not given back")


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


async def test_too_long_a_session_is_ended(tmp_path):
    profile = load_profile("test").model_copy(update={"limits": Limits(session_s=0.5)})
    with gateway(tmp_path, profile) as (_, url):
        async with websockets.connect(socket_url(url)) as socket:
            said = await read_until(socket, "error")
            assert "limits.session_s" in said[-1]["error"]["message"]
            await socket.wait_closed()


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


def resumed_url(url, last):
    return socket_url(url, f"?last_seq={last}")


def offer(token):
    return {"subprotocols": ["realtime", f"avatar-resume.{token}"]}


async def test_a_lost_connection_is_resumed_where_it_was(served):
    services, url = served
    held = services.sessions.held
    socket = await websockets.connect(socket_url(url, "?resume=1&animation=arkit52"))
    token = json.loads(await socket.recv())
    assert (token["type"], token["seq"], token["expires_in_s"]) == ("avatar.resume_token", 0, 30)
    await socket.send(json.dumps({
        "type": "conversation.item.create",
        "item": {"type": "message", "role": "user",
                 "content": [{"type": "input_text", "text": "word " * 40}]},
    }))  # fmt: skip
    await socket.send(json.dumps({"type": "response.create"}))
    before = await read_until(socket, "response.output_audio.delta")
    socket.transport.abort()
    await asyncio.sleep(0.3)
    assert services.sessions.held == held + 1
    last = before[-1]["seq"]
    async with websockets.connect(resumed_url(url, last), **offer(token["token"])) as again:
        assert again.subprotocol == "realtime"
        new = json.loads(await again.recv())
        assert new["type"] == "avatar.resume_token" and new["token"] != token["token"]
        after = await read_until(again, "response.done", 60)
        numbers = [event["seq"] for event in [*before, *after]]
        assert numbers == list(range(1, len(numbers) + 1))
        assert after[-1]["response"]["status"] == "completed"
        assert "session.created" not in [event["type"] for event in after]
        await again.send(json.dumps({"type": "input_audio_buffer.clear"}))
        await newest_token_is_held(services)
        async with websockets.connect(resumed_url(url, 0), **offer(token["token"])) as used:
            error = json.loads(await used.recv())["error"]
            await used.wait_closed()
            assert (error["code"], used.close_code) == ("resume_used", 1008)
    await _given_back(services, held)
    async with websockets.connect(resumed_url(url, 0), **offer(new["token"])) as late:
        assert json.loads(await late.recv())["error"]["code"] == "resume_expired"
    async with websockets.connect(resumed_url(url, 0), **offer("rt_nobody")) as unknown:
        assert json.loads(await unknown.recv())["error"]["code"] == "resume_unknown"


async def newest_token_is_held(services):
    """Until it is written down that every client has the token that it was given last."""
    unheld = select(SessionTable.id).where(SessionTable.unheld, SessionTable.over.is_(False))

    def waited_for():
        with services.store._database.session() as session:
            return session.scalar(unheld)

    async with asyncio.timeout(60):
        while await asyncio.to_thread(waited_for):
            await asyncio.sleep(0.05)


async def _given_back(services, held):
    for _ in range(1200):
        if services.sessions.held == held:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the slot was not given back")


async def test_a_client_that_stays_away_is_gone(tmp_path):
    profile = load_profile("test").model_copy(update={"limits": Limits(resume_s=0.5)})
    with gateway(tmp_path, profile) as (services, url):
        socket = await websockets.connect(socket_url(url, "?resume=1"))
        token = json.loads(await socket.recv())["token"]
        await read_until(socket, "session.created")
        socket.transport.abort()
        await _given_back(services, 0)
        async with websockets.connect(resumed_url(url, 1), **offer(token)) as late:
            assert json.loads(await late.recv())["error"]["code"] == "resume_expired"


async def test_a_gateway_that_stops_sends_its_clients_elsewhere(tmp_path):
    with gateway(tmp_path) as (_, url):
        plain = await websockets.connect(socket_url(url))
        waiting = await websockets.connect(socket_url(url, "?resume=1"))
        await read_until(plain, "session.created")
        await read_until(waiting, "session.created")
    for socket in (plain, waiting):
        await socket.wait_closed()
        assert socket.close_code == 1012
