"""A session's line over connections that come and go, on virtual time."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from avatar_serving.errors import AvatarError, LimitExceeded, WrongState
from avatar_serving.session.line import ConnectionLost, Ending, Line
from tests.virtual_time import on_virtual_time

OVER = Ending(None, 1000)


class Wire:
    """One connection, in a test's hands."""

    def __init__(self, *, read: int = 10**6) -> None:
        self.heard: list[str] = []
        self._left = read
        self._said: asyncio.Queue[str | Exception | None] = asyncio.Queue()

    @property
    def texts(self) -> list[str]:
        return [json.loads(text).get("text", text) for text in self.heard]

    async def send(self, text: str) -> None:
        if self._left <= 0:
            raise ConnectionLost
        self._left -= 1
        self.heard.append(text)

    async def messages(self) -> AsyncGenerator[str, None]:
        while (said := await self._said.get()) is not None:
            if isinstance(said, Exception):
                raise said
            yield said

    def say(self, said: str | Exception | None) -> None:
        self._said.put_nowait(said)


async def say(line: Line, *texts: str) -> None:
    for text in texts:
        await line.send(json.dumps({"text": text}))
    await asyncio.sleep(0.01)


def run(talk: Callable[[Line, list[str]], Awaitable[None]], grace_s: float = 30) -> list[str]:
    """Have *talk* with a line; returns what the session heard until the client was gone."""

    async def whole() -> list[str]:
        line, heard = Line(grace_s), list[str]()

        async def session() -> None:
            async for text in line.messages():
                heard.append(text)
            line.finish(OVER)

        listening = asyncio.create_task(session())
        await talk(line, heard)
        await asyncio.wait({listening}, timeout=100)
        assert listening.done()
        return heard

    return on_virtual_time(whole())


def carried(line: Line, wire: Wire, after: int = 0) -> "asyncio.Task[Ending | None]":
    return asyncio.create_task(line.carry(wire, '{"text": "hello"}', after))


def test_messages_are_numbered_from_one() -> None:
    async def talk(line: Line, heard: list[str]) -> None:
        wire = Wire()
        await say(line, "a")
        task = carried(line, wire)
        await say(line, "b")
        wire.say("x")
        wire.say(None)
        assert await task == OVER
        assert wire.texts == ["hello", "a", "b"]
        assert [json.loads(text).get("seq") for text in wire.heard] == [None, 1, 2]

    assert run(talk) == ["x"]


def test_what_was_missed_is_said_again() -> None:
    async def talk(line: Line, heard: list[str]) -> None:
        first, second = Wire(), Wire()
        task = carried(line, first)
        await say(line, "a", "b", "c")
        first.say("x")
        first.say(ConnectionLost())
        assert await task is None
        await say(line, "d")
        task = carried(line, second, after=2)
        await say(line, "e")
        second.say("y")
        second.say(None)
        assert await task == OVER
        assert second.texts == ["hello", "c", "d", "e"]

    assert run(talk) == ["x", "y"]


def test_a_client_that_does_not_come_back_is_gone() -> None:
    async def talk(line: Line, heard: list[str]) -> None:
        wire = Wire()
        task = carried(line, wire)
        await say(line, "a")
        wire.say(ConnectionLost())
        assert await task is None
        await asyncio.sleep(29)
        wire = Wire()
        task = carried(line, wire, after=1)
        await asyncio.sleep(60)
        wire.say(ConnectionLost())
        assert await task is None
        began = asyncio.get_running_loop().time()
        await line._over  # pyright: ignore[reportPrivateUsage]
        assert 29.9 < asyncio.get_running_loop().time() - began < 30.1

    run(talk)


def test_a_connection_that_takes_nothing_is_lost() -> None:
    async def talk(line: Line, heard: list[str]) -> None:
        task = carried(line, Wire(read=2))
        await say(line, "a", "b", "c")
        assert await task is None
        wire = Wire()
        task = carried(line, wire, after=1)
        await asyncio.sleep(1)
        wire.say(None)
        await task
        assert wire.texts == ["hello", "b", "c"]

    run(talk)


def test_a_new_connection_takes_the_place_of_one_that_seems_alive() -> None:
    async def talk(line: Line, heard: list[str]) -> None:
        old, new = Wire(), Wire()
        first = carried(line, old)
        await say(line, "a")
        second = carried(line, new, after=1)
        await asyncio.sleep(0)
        await say(line, "b")
        assert await first is None
        old.say("from the old one")
        new.say(None)
        assert await second == OVER
        assert (old.texts, new.texts) == (["hello", "a"], ["hello", "b"])

    assert run(talk) == []


@pytest.mark.parametrize("after", [0, 4])
def test_what_is_not_kept_cannot_be_said_again(after: int) -> None:
    async def talk(line: Line, heard: list[str]) -> None:
        await say(line, *("x" * 3_000_000 for _ in range(3)))
        with pytest.raises(WrongState, match="not kept"):
            line.check(after)
        line.check(1)
        line.leave()

    run(talk)


def test_a_session_waits_for_a_slow_connection() -> None:
    async def talk(line: Line, heard: list[str]) -> None:
        class Slow(Wire):
            async def send(self, text: str) -> None:
                await asyncio.sleep(0.1)
                await super().send(text)

        wire = Slow()
        task = carried(line, wire)
        await asyncio.sleep(1)
        for _ in range(400):
            await line.send("{}")
        assert asyncio.get_running_loop().time() > 12
        wire.say(None)
        await task

    run(talk)


def test_too_long_a_message_ends_the_session() -> None:
    async def talk(line: Line, heard: list[str]) -> None:
        wire = Wire()
        task = carried(line, wire)
        error: AvatarError = LimitExceeded("limits.message_bytes", 2, 1)
        wire.say(error)
        assert await task == Ending(error, 1009)

    run(talk)
