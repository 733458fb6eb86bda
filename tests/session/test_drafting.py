"""What is prepared in a pause is nobody's once the session is over."""

import asyncio
import inspect
from types import SimpleNamespace

from avatar_serving.media import AudioChunk, Transcript
from avatar_serving.session.drafting import Drafting, Pause
from avatar_serving.session.errands import Errands
from avatar_serving.session.turns import Sense

PAUSE = Pause(AudioChunk(b"", 16_000), 1.0, 1.0)


class Answered:
    def __init__(self):
        self.dropped = False

    async def drop(self):
        self.dropped = True


async def nothing(*_):
    pass


async def recognise(said):
    return Transcript("Hello?", "en")


async def drafted():
    """A draft whose answer is begun, and that answer."""
    answer = Answered()
    responder = SimpleNamespace(
        empathy=SimpleNamespace(listen=nothing), begin=lambda clock, text: answer
    )
    understanding = SimpleNamespace(recognise=recognise, sense=lambda text: Sense.WORDS)
    drafting = Drafting(lambda: 0.0, responder, understanding, Errands(None), nothing)
    drafting.begin(PAUSE, answering=True)
    draft = drafting.take()
    await draft.transcript()
    return drafting, draft, answer


def test_work_that_is_stopped_before_its_first_step_is_closed():
    async def stopped():
        errands, work = Errands(None), nothing()
        errands.start(work)
        await errands.close()
        return inspect.getcoroutinestate(work)

    assert asyncio.run(stopped()) == inspect.CORO_CLOSED


def test_a_draft_that_was_taken_and_not_given_on_ends_with_the_session():
    async def session():
        drafting, _, answer = await drafted()
        await drafting.close()
        return answer

    assert asyncio.run(session()).dropped


def test_an_answer_that_is_given_is_no_longer_the_drafts():
    async def session():
        drafting, draft, answer = await drafted()
        drafting.given(draft)
        await drafting.close()
        return answer

    assert not asyncio.run(session()).dropped
