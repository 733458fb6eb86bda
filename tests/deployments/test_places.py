"""How many sessions a gateway holds, for how long, and who waits for a place."""

import asyncio
import json

import httpx
import websockets

from avatar_serving.config import load_profile
from avatar_serving.limits import Limits
from tests.deployments.serving import gateway
from tests.deployments.sockets import (
    read_until,
    socket_url,
)


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


async def test_too_long_a_session_is_ended(tmp_path):
    profile = load_profile("test").model_copy(update={"limits": Limits(session_s=0.5)})
    with gateway(tmp_path, profile) as (_, url):
        async with websockets.connect(socket_url(url)) as socket:
            said = await read_until(socket, "error")
            assert "limits.session_s" in said[-1]["error"]["message"]
            await socket.wait_closed()


async def test_a_gateway_that_stops_sends_its_clients_elsewhere(tmp_path):
    with gateway(tmp_path) as (_, url):
        plain = await websockets.connect(socket_url(url))
        waiting = await websockets.connect(socket_url(url, "?resume=1"))
        await read_until(plain, "session.created")
        await read_until(waiting, "session.created")
    for socket in (plain, waiting):
        await socket.wait_closed()
        assert socket.close_code == 1012
