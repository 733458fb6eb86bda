"""Sessions whose connection was lost: held for a while, gone on with where they were."""

import asyncio
import json

import websockets

from avatar_serving.config import load_profile
from avatar_serving.limits import Limits
from tests.deployments.serving import gateway
from tests.deployments.sockets import (
    given_back,
    newest_token_is_held,
    offer,
    read_until,
    resumed_url,
    socket_url,
)


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
    await given_back(services, held)
    async with websockets.connect(resumed_url(url, 0), **offer(new["token"])) as late:
        assert json.loads(await late.recv())["error"]["code"] == "resume_expired"
    async with websockets.connect(resumed_url(url, 0), **offer("rt_nobody")) as unknown:
        assert json.loads(await unknown.recv())["error"]["code"] == "resume_unknown"


async def test_a_client_that_stays_away_is_gone(tmp_path):
    profile = load_profile("test").model_copy(update={"limits": Limits(resume_s=0.5)})
    with gateway(tmp_path, profile) as (services, url):
        socket = await websockets.connect(socket_url(url, "?resume=1"))
        token = json.loads(await socket.recv())["token"]
        await read_until(socket, "session.created")
        socket.transport.abort()
        await given_back(services, 0)
        async with websockets.connect(resumed_url(url, 1), **offer(token)) as late:
            assert json.loads(await late.recv())["error"]["code"] == "resume_expired"
