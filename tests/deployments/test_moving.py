"""Sessions that go from one gateway to another of the same store, over real sockets."""

import asyncio
import contextlib
import json
from dataclasses import replace

import httpx
import pytest
import websockets

from avatar_serving import draining
from avatar_serving.client import Disconnected, Where, open_session
from avatar_serving.client.connecting import retry_delay_s
from avatar_serving.config import load_profile
from avatar_serving.errors import StageFailed
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

STORY = " ".join(f"word{i}" for i in range(40)) + "."


@contextlib.contextmanager
def two_gateways(folder, monkeypatch, **limits):
    """The first stops when ``folder / "metrics"`` says so; both keep what they know in *folder*."""
    metrics = folder / "metrics"
    metrics.mkdir()
    profile = load_profile("test").model_copy(update={"limits": Limits(sessions=8, **limits)})
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(metrics))
    with gateway(folder / "data", profile) as one:
        monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
        with gateway(folder / "data", profile) as two:
            yield metrics, one, two


def sends_to(client, url):
    """What a load balancer does: the next connection goes elsewhere."""
    client._where = replace(client._where, url=url)


def statuses(client):
    return [answer.status for answer in client.diary.answers]


def spoken(session):
    items = session.snapshot().conversation.items
    said = [item.content[0].transcript for item in items if item.role == "assistant"]
    return " ".join(text for text in said if text)


async def test_a_gateway_that_stops_hands_its_sessions_over(tmp_path, monkeypatch):
    with two_gateways(tmp_path, monkeypatch, drain_s=1.0) as (metrics, one, two):
        async with open_session(Where(one[1])) as client:
            await client.type_text("Remember me.")
            await client.wait_for("an answer", lambda: any(a.status for a in client.diary.answers))
            await client.type_text(STORY)
            await client.wait_for("it speaks", lambda: len(client.diary.answers) == 2)
            sends_to(client, two[1])
            draining.request(metrics)
            await client.wait_for("it is elsewhere", lambda: client.resumed == 1)
            with pytest.raises(websockets.InvalidStatus) as refused:
                await websockets.connect(socket_url(one[1]))
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["Retry-After"] == "1"
            assert httpx.get(one[1] + "/readyz").status_code == 503
            await client.wait_for(
                "the rest", lambda: client.diary.answers[-1].status == "completed"
            )
            assert [a.status for a in client.diary.answers] == [
                "completed",
                "cancelled",
                "completed",
            ]
            assert [s.sessions.held for s, _ in (one, two)] == [0, 1]
            [hosted] = two[0].live._hosted.values()
            assert spoken(hosted._session) == f"Remember me. {STORY}"
            await client.type_text("And then?")
            await client.wait_for("it answers", lambda: len(client.diary.answers) == 4)
            sent = [s for a in client.diary.answers[1:3] for s in a.transcript.split()]
            assert sent[-1] == "word39." and set(STORY.split()) <= set(sent)


async def test_a_session_moves_at_once_when_nobody_speaks(tmp_path, monkeypatch):
    with two_gateways(tmp_path, monkeypatch, drain_s=600.0) as (metrics, one, two):
        async with open_session(Where(one[1]), microphone=False) as client:
            await client.wait_for("it begins", lambda: bool(client.diary.states))
            sends_to(client, two[1])
            draining.request(metrics)
            await client.wait_for("it is elsewhere", lambda: client.resumed == 1)
            await client.type_text("Hello there.")
            await client.wait_for("it answers", lambda: bool(client.diary.answers))


async def test_another_gateway_takes_a_session_that_still_runs(tmp_path, monkeypatch):
    """A connection breaks between the two, and the next one ends up elsewhere."""
    with two_gateways(tmp_path, monkeypatch) as (_, one, two):
        async with open_session(Where(one[1])) as client:
            await client.type_text(STORY)
            await client.wait_for("it speaks", lambda: bool(client.diary.answers))
            await asyncio.sleep(1.0)
            sends_to(client, two[1])
            client._socket.transport.abort()
            await client.wait_for("it is elsewhere", lambda: client.resumed == 1)
            await client.wait_for(
                "the rest", lambda: client.diary.answers[-1].status == "completed"
            )
            [hosted] = two[0].live._hosted.values()
            assert set(STORY.split()) <= set(spoken(hosted._session).split())
            await given_back(one[0], 0)
            assert two[0].sessions.held == 1


async def test_a_full_gateway_leaves_the_token_as_it_is(tmp_path, monkeypatch):
    with two_gateways(tmp_path, monkeypatch) as (_, one, two):
        socket = await websockets.connect(socket_url(one[1], "?resume=1"))
        token = json.loads(await socket.recv())["token"]
        last = (await read_until(socket, "session.created"))[-1]["seq"]
        socket.transport.abort()
        two[0].sessions.held = two[0].sessions.size
        async with websockets.connect(resumed_url(two[1], last), **offer(token)) as full:
            assert json.loads(await full.recv())["error"]["code"] == "overloaded"
            await full.wait_closed()
            assert full.close_code == 1013
        two[0].sessions.held = 0
        async with websockets.connect(resumed_url(two[1], last), **offer(token)) as again:
            assert json.loads(await again.recv())["type"] == "avatar.resume_token"
            assert (await read_until(again, "session.updated"))[0]["seq"] == last + 1


async def test_a_client_that_cannot_resume_is_sent_away_after_its_turn(tmp_path, monkeypatch):
    with two_gateways(tmp_path, monkeypatch, drain_s=20.0) as (metrics, one, _):
        async with websockets.connect(socket_url(one[1])) as socket:
            await read_until(socket, "session.created")
            await socket.send(json.dumps({"type": "response.create"}))
            await read_until(socket, "response.created")
            draining.request(metrics)
            said = await read_until(socket, "response.done")
            assert said[-1]["response"]["status"] == "completed"
            await socket.wait_closed()
            assert socket.close_code == 1012


async def test_a_store_that_takes_nothing_does_not_end_a_session(tmp_path, monkeypatch):
    with two_gateways(tmp_path, monkeypatch) as (_, one, _two):
        full = StageFailed("store", "database or disk is full")
        monkeypatch.setattr(one[0].live._sessions, "write", _raising(full))
        async with open_session(Where(one[1])) as client:
            await client.type_text("Hello there.")
            await client.wait_for("it answers", lambda: any(a.status for a in client.diary.answers))
            client._socket.transport.abort()
            await client.wait_for("it comes back", lambda: client.resumed == 1)
            await client.type_text("Still there?")
            await client.wait_for("it answers", lambda: len(client.diary.answers) == 2)


def _raising(error):
    def call(*_):
        raise error

    return call


async def test_nothing_is_kept_of_a_session_that_is_over(tmp_path, monkeypatch):
    with two_gateways(tmp_path, monkeypatch) as (_, one, _two):
        async with open_session(Where(one[1]), microphone=False) as client:
            await client.type_text("My parrot is called Marzipan.")
            await client.wait_for("an answer", lambda: any(a.status for a in client.diary.answers))
            async with asyncio.timeout(60):
                while b"Marzipan" not in stored(tmp_path):
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(60):
            while b"Marzipan" in stored(tmp_path):
                await asyncio.sleep(0.05)


def stored(folder):
    return b"".join(path.read_bytes() for path in (folder / "data").glob("avatars.db*"))


async def test_a_token_is_void_once_its_session_is_elsewhere(tmp_path, monkeypatch):
    with two_gateways(tmp_path, monkeypatch) as (_, one, two):
        async with open_session(Where(one[1]), microphone=False) as client:
            await client.wait_for("it begins", lambda: bool(client.diary.states))
            token = client._resumption._token
            sends_to(client, two[1])
            client._socket.transport.abort()
            await client.wait_for("it is elsewhere", lambda: client.resumed == 1)
            await client.type_text("Hello.")
            await client.wait_for("an answer", lambda: any(a.status for a in client.diary.answers))
            await newest_token_is_held(two[0])
            for url in (one[1], two[1]):
                async with websockets.connect(resumed_url(url, 1), **offer(token)) as late:
                    assert json.loads(await late.recv())["error"]["code"] == "resume_used"
            assert client.over is None or isinstance(client.over, Disconnected)


async def test_a_gateway_that_dies_while_it_hands_out_a_token_loses_nobody(tmp_path, monkeypatch):
    with two_gateways(tmp_path, monkeypatch) as (_, one, two):
        async with open_session(Where(one[1]), microphone=False) as client:
            await client.type_text("Remember me.")
            await client.wait_for("an answer", lambda: any(a.status for a in client.diary.answers))
            claim = two[0].live._sessions.claim

            def claim_and_die(token):
                claim(token)
                sends_to(client, one[1])
                raise RuntimeError("as if it were killed: the new token is never sent")

            monkeypatch.setattr(two[0].live._sessions, "claim", claim_and_die)
            sends_to(client, two[1])
            client._socket.transport.abort()
            await client.wait_for("it goes on", lambda: client.resumed >= 1)
            await client.type_text("Still there?")
            await client.wait_for(
                "it answers", lambda: [a.status for a in client.diary.answers] == ["completed"] * 2
            )
            [hosted] = one[0].live._hosted.values()
            assert spoken(hosted._session) == "Remember me. Still there?"


def test_clients_come_back_soon_and_not_all_at_once():
    assert retry_delay_s(0, 0.5) == 0
    assert 0 < retry_delay_s(1, 0) < retry_delay_s(1, 1) <= 0.2
    assert retry_delay_s(20, 1) == 2.0
