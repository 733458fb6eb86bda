"""Sessions whose client, user or models do what they should not: nothing is lost or left behind."""

import asyncio

import pytest

from avatar_serving.errors import StageFailed
from avatar_serving.limits import Limits
from tests.session.talk import SEMANTIC, Talk, powers
from tests.virtual_time import on_virtual_time

MANUAL = {"audio": {"input": {"turn_detection": None}}}


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "{}", '{"type": "no.such.event"}', '{"type": "session.update"}',
     '{"type": "input_audio_buffer.append", "audio": "***"}',
     '{"type": "input_audio_buffer.append", "audio": "AA=="}',
     '{"type": "session.update", "session": {"audio": {"output": {"voice": "nobody"}}}}',
     '{"type": "conversation.item.truncate", "item_id": "item_x", "audio_end_ms": 1}'],
)  # fmt: skip
def test_bad_messages_are_answered_and_the_session_goes_on(text):
    async def conversation():
        async with Talk() as talk:
            await talk.raw(text)
            await talk.send("session.update", session={"instructions": "Be brief."})
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("error")) == 1
    assert talk.of("session.updated")[0]["session"]["instructions"] == "Be brief."


class Failing:
    async def run(self, request, /):
        raise StageFailed("llm", "no memory left")
        yield


def test_a_failing_model_ends_the_response_and_not_the_session():
    async def conversation():
        async with Talk(powers(llm=Failing()), config=SEMANTIC) as talk:
            await talk.speak(1.0)
            await talk.until("response.done")
            await talk.speak(1.0)
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    statuses = [event["response"]["status"] for event in talk.of("response.done")]
    assert statuses == ["failed", "failed"]
    assert (
        talk.of("response.done")[0]["response"]["status_details"]["error"]["code"] == "stage_failed"
    )


def test_a_flood_of_audio_is_refused():
    async def conversation():
        async with Talk(powers(limits=Limits(audio_rate=2)), config=MANUAL) as talk:
            for _ in range(8):
                await talk.send("input_audio_buffer.append", audio="AAAA" * 16_000 * 2)
            return talk

    talk = on_virtual_time(conversation())
    assert talk.of("error")[0]["error"]["code"] == "limit_exceeded"
    assert "limits.audio_rate" in talk.of("error")[0]["error"]["message"]


def test_somebody_who_never_stops_is_answered():
    async def conversation():
        async with Talk(powers(limits=Limits(utterance_s=3)), config=SEMANTIC) as talk:
            await talk.speak(5.0)
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("input_audio_buffer.committed")) == 1


def test_two_hours_of_silence_cost_nothing():
    async def conversation():
        async with Talk(config=SEMANTIC) as talk:
            for _ in range(720):
                await talk.send("input_audio_buffer.append", audio="AAAA" * 4000)
                await asyncio.sleep(10)
            return talk, len(talk.session._listener._hearing._pcm)

    talk, kept = on_virtual_time(conversation())
    assert talk.kinds() == ["session.created", "avatar.clips", "avatar.state"]
    assert kept < 2 * 16_000 * 5


def test_leaving_in_the_middle_leaves_nothing_behind():
    async def conversation():
        before = asyncio.all_tasks()
        for _ in range(50):
            async with Talk(config=SEMANTIC) as talk:
                await talk.speak(0.6)
                await talk.until("response.output_audio.delta")
        await asyncio.sleep(1)
        return asyncio.all_tasks() - before

    assert on_virtual_time(conversation()) == set()
