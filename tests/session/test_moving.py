"""A session moved between gateways in the middle of things: no word is lost, none said twice."""

import asyncio

import pytest

from avatar_serving.session.session import Session
from avatar_serving.session.snapshot import SessionSnapshot
from tests.session.talk import Talk, frame, powers
from tests.session.test_calls import user
from tests.virtual_time import on_virtual_time

STORY = " ".join(f"word{i}" for i in range(40)) + "."
ANSWER = f"You said this: {STORY}"


class Elsewhere(Talk):
    """The same client at another gateway."""

    def __init__(self, kept, given=None):
        super().__init__(given)
        text = kept.model_dump_json()
        again = SessionSnapshot.model_validate_json(text)
        self.session = Session.restore(self.given, again, self._heard)


def answers(session):
    items = session.snapshot().conversation.items
    return [item.content[0].transcript for item in items if item.type == "message"
            and item.role == "assistant"]  # fmt: skip


def told(talk):
    return "".join(e["delta"] for e in talk.of("response.output_audio_transcript.delta")).strip()


async def moved_after(seconds, *, abrupt=False, word_s=0.02):
    async with Talk(powers(word_s=word_s)) as talk:
        await talk.send("conversation.item.create", item=user(STORY))
        await talk.send("response.create")
        await asyncio.sleep(seconds)
        kept = talk.session.snapshot(9) if abrupt else await talk.session.part(lambda: 9, 5.0)
        events = list(talk.events)
    async with Elsewhere(kept, powers(word_s=word_s)) as other:
        await asyncio.sleep(60)
        return events, kept, other, answers(other.session)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3, 0.7, 1.1, 2.0, 2.9, 4.5, 7.0, 9.9, 11.5, 30.0])
def test_an_answer_goes_on_where_it_stopped(seconds):
    events, kept, other, said = on_virtual_time(moved_after(seconds))
    assert " ".join(part for part in said if part) == ANSWER
    statuses = [e["response"]["status"] for e in events if e["type"] == "response.done"]
    assert len(statuses) == 1, "the client knows that the first part is over"
    elsewhere = [e["response"]["status"] for e in other.of("response.done")]
    if kept.unfinished is None:
        assert statuses == ["completed"] and not elsewhere, "all of it had been sent"
    else:
        assert statuses == ["cancelled"] and elsewhere == ["completed"] and kept.unfinished.whole
    assert other.of("avatar.state")[-1]["state"] == "idle"


@pytest.mark.parametrize("seconds", [0.5, 1.1, 2.9, 4.5, 7.0])
def test_a_gateway_that_dies_loses_no_word(seconds):
    events, kept, other, said = on_virtual_time(moved_after(seconds, abrupt=True))
    whole = " ".join(part for part in said if part)
    assert whole == ANSWER
    [open_id] = [e["response"]["id"] for e in events if e["type"] == "response.created"]
    first = other.of("response.done")[0]["response"]
    assert (first["id"], first["status"]) == (open_id, "cancelled")
    assert first["status_details"]["reason"] == "moved"


def test_what_the_user_was_saying_is_heard_elsewhere():
    async def conversation():
        async with Talk(powers("It was a long day.")) as talk:
            await talk.speak(1.5)
            kept = await talk.session.part(lambda: 0, 1.0)
        async with Elsewhere(kept, powers("It was a long day.")) as other:
            await other.speak(0.5)
            await other.until("response.done")
            return kept, other

    kept, other = on_virtual_time(conversation())
    assert len(kept.hearing) > 1.4 * 32_000
    stopped = other.of("input_audio_buffer.speech_stopped")[0]
    assert 1900 < stopped["audio_end_ms"] < 2400
    assert told(other) == "You said this: It was a long day."


def test_sound_that_was_not_committed_yet_is_kept():
    manual = {"audio": {"input": {"turn_detection": None}}}

    async def conversation():
        async with Talk(config=manual) as talk:
            for i in range(40):
                await talk.send("input_audio_buffer.append", audio=frame(i, 0.5))
            kept = await talk.session.part(lambda: 0, 1.0)
        async with Elsewhere(kept) as other:
            await other.send("input_audio_buffer.commit")
            await asyncio.sleep(2)
            return other

    other = on_virtual_time(conversation())
    heard = other.of("conversation.item.input_audio_transcription.completed")
    assert heard[0]["transcript"] == "Tell me a story." and not other.of("error")


def test_a_turn_that_is_being_recognised_is_waited_for():
    async def conversation():
        async with Talk(powers(asr_s=0.8)) as talk:
            await talk.speak(1.0)
            while not talk.of("input_audio_buffer.committed"):
                await talk.pause(0.1)
            assert not talk.session.at_rest
            kept = await talk.session.part(lambda: 0, 5.0)
        async with Elsewhere(kept) as other:
            await asyncio.sleep(20)
            return talk, answers(other.session), other.session.at_rest

    talk, said, at_rest = on_virtual_time(conversation())
    assert talk.of("conversation.item.input_audio_transcription.completed")
    assert " ".join(said) == "You said this: Tell me a story." and at_rest


def test_a_written_answer_goes_on():
    async def conversation():
        async with Talk(powers(word_s=0.1)) as talk:
            await talk.send("conversation.item.create", item=user("one two three four five"))
            await talk.send("response.create", response={"output_modalities": ["text"]})
            await asyncio.sleep(0.45)
            kept = await talk.session.part(lambda: 0, 5.0)
        async with Elsewhere(kept) as other:
            done = await other.until("response.done")
            return talk, kept, done["response"]

    talk, kept, response = on_virtual_time(conversation())
    assert talk.of("response.done")[0]["response"]["status"] == "cancelled"
    assert kept.unfinished.said.startswith("You said") and not kept.unfinished.spoken
    rest = response["output"][0]["content"][0]["text"]
    assert f"{kept.unfinished.said}{rest}" == "You said this: one two three four five"


def test_a_client_says_when_it_is_still():
    async def conversation():
        async with Talk() as talk:
            await talk.session.warn(0)
            assert not talk.session.still.is_set()
            await talk.send("avatar.move")
            return talk.of("avatar.moving"), talk.session.still.is_set()

    moving, still = on_virtual_time(conversation())
    assert moving[0]["within_s"] == 0 and still


def test_what_was_asked_for_next_waits_for_what_is_taken_up():
    async def conversation():
        async with Talk(powers(word_s=0.02)) as talk:
            await talk.send("conversation.item.create", item=user(STORY))
            await talk.send("response.create")
            await asyncio.sleep(3)
            kept = talk.session.snapshot(9)
        async with Elsewhere(kept) as other:
            await other.send("conversation.item.create", item=user("And then?"))
            await other.send("response.create")
            await asyncio.sleep(60)
            return other, answers(other.session)

    other, said = on_virtual_time(conversation())
    assert not other.of("error") and said[-1] == "You said this: And then?"
