"""What dies is noticed, told in our words, and made up for: replicas, gateways, the database."""

import asyncio
import contextlib
import os
import signal
import time

import httpx
import pytest
from pydantic import SecretStr

from avatar_serving.config import Placement, Storage, load_profile
from avatar_serving.errors import StageTimeout
from tests.resilience.service import Service, Talker, service, talker
from tests.store.postgres import postgres

pytestmark = [
    pytest.mark.serve,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.asyncio(loop_scope="module"),
]

TALKERS = 6


@pytest.fixture(scope="module")
def database():
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def running(database, tmp_path_factory):
    """Two gateways, speech on two replicas of its own, everything kept in PostgreSQL."""
    profile = load_profile("test")
    speech = Placement(num_cpus=0.1, min_replicas=2, max_replicas=2, max_ongoing_requests=64)
    profile = profile.model_copy(update={"gateways": 2, "placement": {"tts": speech}})
    storage = Storage(database_url=SecretStr(database.database("killed")))
    with service(tmp_path_factory.mktemp("killed"), profile, storage) as serving:
        yield serving


@contextlib.asynccontextmanager
async def talkers(running: Service, name: str):
    await running.ready()
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(talker(running.url, f"{name}{i}"))
            for i in range(TALKERS)
        ]


async def said_until_heard(one: Talker, ended_s: float) -> tuple[float, list[str]]:
    """Talk until *ended_s*; returns the longest wait for sound, and how answers ended."""
    longest_s = 0.0
    while time.monotonic() < ended_s:
        began, known = time.monotonic(), len(one.client.diary.answers)
        done = await one.attempt(3)
        sounded = [a.playout.first_audible_s() for a in one.client.diary.answers[known:]]
        first_s = next((at for at in sounded if at is not None), None)
        longest_s = max(longest_s, (first_s or time.monotonic()) - began)
        if not done:
            await asyncio.sleep(0.1)
    return longest_s, [a.status for a in one.client.diary.answers]


async def test_a_replica_that_speaks_is_killed(running):
    async with talkers(running, "s") as people:
        await asyncio.gather(*(one.turn(3) for one in people))
        ends = time.monotonic() + 12
        talking = [asyncio.create_task(said_until_heard(one, ends)) for one in people]
        await asyncio.sleep(2)
        os.kill(running.pids("tts")[0], signal.SIGKILL)
        results = await asyncio.gather(*talking)
        statuses = [status for _, found in results for status in found]
        codes = {error for one in people for error in one.failures()}
        print(f"longest wait for sound {max(wait for wait, _ in results):.2f} s; "
              f"{statuses.count('failed')} of {len(statuses)} answers failed, {codes}")  # fmt: skip
        assert codes <= {"engine_lost"}
        assert statuses.count("failed") <= TALKERS, "one each at most: those that were speaking"
        await asyncio.gather(*(one.turn(2) for one in people))


async def test_a_gateway_is_killed(running):
    async with talkers(running, "g") as people:
        await asyncio.gather(*(one.turn(3) for one in people))
        await asyncio.sleep(1.5)
        victims = running.pids("gateway")
        began = time.monotonic()
        os.kill(victims[0], signal.SIGKILL)
        await asyncio.sleep(0.2)
        await asyncio.gather(*(one.turn(4) for one in people))
        took_s = time.monotonic() - began
        moved = sum(one.client.resumed for one in people)
        os.kill(victims[1], signal.SIGKILL)
        # What a client sends before it notices is lost with the connection.
        await asyncio.sleep(0.2)
        await asyncio.gather(*(one.turn(4) for one in people))
        for one in people:
            mine, theirs = await one.history()
            assert mine == one.said
            assert theirs.split() == " ".join(one.said).split()
        again = sum(one.client.resumed for one in people) - moved
        assert moved + again >= TALKERS, "everybody had a gateway that was killed"
        print(f"{moved} and {again} sessions moved, the first turn took {took_s:.2f} s")
    await running.ready()


async def test_the_database_is_away_for_ten_seconds(running, database):
    async with talkers(running, "d") as people:
        await asyncio.gather(*(one.turn(2) for one in people))
        await asyncio.to_thread(database.stop)
        try:
            ends = time.monotonic() + 10
            while time.monotonic() < ends:
                await asyncio.gather(*(one.turn(2) for one in people))
            async with httpx.AsyncClient(timeout=30) as http:
                answers = await asyncio.gather(
                    *(http.get(running.url + "/v1/avatars") for _ in range(8))
                )
            refused = [a for a in answers if a.status_code == 503]
            assert refused and all(a.headers["Retry-After"] for a in refused)
            assert {a.json()["error"]["code"] for a in refused} == {"unavailable"}
        finally:
            await asyncio.to_thread(database.start)
        assert all(one.client.resumed == 0 and one.client.over is None for one in people)
        await asyncio.sleep(2.5)
        for one in people:
            one.client._socket.transport.abort()
        await asyncio.gather(*(one.turn(2) for one in people))
        for one in people:
            mine, theirs = await one.history()
            assert mine == one.said and theirs.split() == " ".join(one.said).split()


async def test_nobody_waits_for_ever(running):
    """A session whose gateway is frozen, not dead: the client's own patience counts."""
    async with talker(running.url, "f") as one:
        await one.turn(2)
        victims = running.pids("gateway")
        for pid in victims:
            os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(StageTimeout):
                await one.client.wait_for("nothing comes", lambda: False, 1.0)
        finally:
            for pid in victims:
                os.kill(pid, signal.SIGCONT)
        await one.turn(2)
