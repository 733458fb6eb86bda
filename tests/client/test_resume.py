"""The client against a gateway whose connections break."""

import asyncio
from pathlib import Path

import pytest

from avatar_serving.client import Disconnected, Where, open_session
from avatar_serving.config import load_profile
from avatar_serving.limits import Limits
from tests.deployments.serving import gateway


async def test_a_client_comes_back_and_hears_the_whole_answer(tmp_path: Path) -> None:
    with gateway(tmp_path) as (services, url):
        async with open_session(Where(url)) as client:
            await client.type_text("one two three four five six seven eight nine ten " * 3)
            await client.wait_for("it sounds", lambda: bool(client.diary.answers))
            client._socket.transport.abort()  # pyright: ignore
            await client.wait_for("it is done", lambda: client.diary.answers[0].status != "")
            assert client.resumed == 1 and services.sessions.held == 1
            answer = client.diary.answers[0]
            assert answer.status == "completed"
            assert answer.transcript.count("ten") == 3 and answer.gaps() == 0
            assert len(client.diary.answers) == 1


async def test_what_is_sent_meanwhile_arrives_afterwards(tmp_path: Path) -> None:
    with gateway(tmp_path) as (_, url):
        async with open_session(Where(url), microphone=False) as client:
            await client.wait_for("it begins", lambda: bool(client.diary.states))
            client._socket.transport.abort()  # pyright: ignore
            await client.type_text("Hello there.")
            await client.wait_for("it answers", lambda: bool(client.diary.answers))
            assert client.resumed == 1


async def test_a_session_that_is_gone_is_a_typed_error(tmp_path: Path) -> None:
    profile = load_profile("test").model_copy(update={"limits": Limits(resume_s=0.2)})
    with gateway(tmp_path, profile) as (services, url):
        async with open_session(Where(url), microphone=False) as client:
            await client.wait_for("it begins", lambda: bool(client.diary.states))
            for session_id in services.live._hosted:
                services.live._sessions.end(session_id)
            client._socket.transport.abort()  # pyright: ignore
            with pytest.raises(Disconnected, match="1008"):
                await client.wait_for("never", lambda: False, 60)


async def test_a_client_that_does_not_want_to_come_back(tmp_path: Path) -> None:
    with gateway(tmp_path) as (services, url):
        where = Where(url, resume=False)
        async with open_session(where, microphone=False) as client:
            await client.wait_for("it begins", lambda: bool(client.diary.states))
            client._socket.transport.abort()  # pyright: ignore
            with pytest.raises(Disconnected, match="connection lost"):
                await client.wait_for("never", lambda: False, 60)
            async with asyncio.timeout(60):
                while services.sessions.held:
                    await asyncio.sleep(0.05)


async def test_a_client_that_is_refused_hears_why(tmp_path: Path) -> None:
    profile = load_profile("test").model_copy(update={"limits": Limits(sessions=1)})
    with gateway(tmp_path, profile) as (_, url):
        async with open_session(Where(url)) as first:
            await first.wait_for("it begins", lambda: bool(first.diary.states))
            async with open_session(Where(url)) as second:
                with pytest.raises(Disconnected, match="all 1 sessions are taken") as refused:
                    await second.wait_for("never", lambda: False, 60)
            assert refused.value.status == 1013
