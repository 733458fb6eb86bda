"""What dies is noticed, told in our words, and made up for: replicas, gateways, the database."""

import asyncio
import contextlib
import os
import signal
import time

import httpx
import pytest
from pydantic import SecretStr

from avatar_serving.config import Placement, load_profile
from avatar_serving.errors import StageTimeout
from avatar_serving.storage import Storage
from tests.resilience.service import Service, Talker, service, talker
from tests.store.postgres import postgres

pytestmark = [
    pytest.mark.serve,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.asyncio(loop_scope="module"),
]

TALKERS = 6
WORD_S = 0.03
"""What the language model needs for a word: there is time to kill it in the middle of an answer."""
WRITTEN_S = 1.0
"""After so long what was said is in the store: sessions are written down twice a second."""


@pytest.fixture(scope="module")
def database():
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def running(database, tmp_path_factory):
    """Two gateways, speech and the language model on two replicas each, everything kept in
    PostgreSQL."""
    profile = load_profile("test")
    twice = Placement(num_cpus=0.1, min_replicas=2, max_replicas=2, max_ongoing_requests=64)
    changes = {
        "gateways": 2,
        "llm": profile.llm.model_copy(update={"word_s": WORD_S}),
        "placement": {"tts": twice, "llm": twice},
    }
    profile = profile.model_copy(update=changes)
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


async def waits(one: Talker, until_s: float) -> list[tuple[float, float]]:
    """Talk until then; when each turn began, and how long it took to sound, in seconds. The answer
    before has been heard by then."""
    found: list[tuple[float, float]] = []
    while time.monotonic() < until_s:
        began, known = time.monotonic(), len(one.client.diary.answers)
        await one.attempt(3)
        ends = max([a.playout.ends_s or 0.0 for a in one.client.diary.answers])
        sounded = [a.playout.first_audible_s() for a in one.client.diary.answers[known:]]
        first_s = next((at for at in sounded if at is not None), time.monotonic())
        found.append((began, first_s - began))
        await asyncio.sleep(max(0.1, ends - time.monotonic()))
    return found


async def test_a_replica_that_speaks_is_killed(running):
    async with talkers(running, "s") as people:
        await asyncio.gather(*(one.turn(3) for one in people))
        began = time.monotonic()
        talking = [asyncio.create_task(waits(one, began + 14)) for one in people]
        await asyncio.sleep(6)
        killed = time.monotonic()
        os.kill(running.pids("tts")[0], signal.SIGKILL)
        found = [pair for one in await asyncio.gather(*talking) for pair in one]
        before = max(wait for at, wait in found if at < killed - 3)
        after = max(wait for at, wait in found if at >= killed - 3)
        codes = [code for one in people for code in one.failures()]
        print(f"longest wait for sound {before:.2f} s, with the kill {after:.2f} s; "
              f"{len(codes)} of {len(found)} answers failed")  # fmt: skip
        assert set(codes) <= {"engine_lost"}
        assert len(codes) <= TALKERS, "one each at most: those that were speaking"
        await asyncio.gather(*(one.turn(2) for one in people))


async def test_a_model_is_killed_in_the_middle_of_an_answer(running):
    """Part of it was heard, so it cannot begin anew: the other replica goes on with it. It is
    as long as an answer may be, nearly."""
    async with talkers(running, "m") as people:
        await asyncio.gather(*(one.turn(2) for one in people))
        talking = [asyncio.create_task(one.attempt(110, sentence=8)) for one in people]
        for one in people:
            await one.client.wait_for(
                "the answer sounds", lambda one=one: len(one.client.diary.answers) == 2
            )
        os.kill(running.pids("llm")[0], signal.SIGKILL)
        assert await asyncio.gather(*talking) == [True] * TALKERS
        for one in people:
            assert one.failures() == [] and one.client.resumed == 0
            mine, theirs = await one.history()
            assert mine == one.said and theirs == " ".join(one.said), "each word once"


async def test_a_gateway_is_killed(running):
    async with talkers(running, "g") as people:
        await asyncio.gather(*(one.turn(3) for one in people))
        for victim in running.pids("gateway"):
            while len(running.pids("gateway")) < 2:
                await asyncio.sleep(0.2)
            await asyncio.sleep(WRITTEN_S)
            began, before = time.monotonic(), sum(one.client.resumed for one in people)
            os.kill(victim, signal.SIGKILL)
            await asyncio.gather(*(one.turn(4) for one in people))
            moved = sum(one.client.resumed for one in people) - before
            print(f"{moved} sessions moved; the turn took {time.monotonic() - began:.2f} s")
        assert all(one.client.resumed for one in people), "everybody's gateway was killed"
        for one in people:
            mine, theirs = await one.history()
            assert mine == one.said
            assert set(" ".join(one.said).split()) <= set(theirs.split())
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
