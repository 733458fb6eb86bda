"""A user who says nothing is spoken to, on virtual time."""

import asyncio

from tests.session.talk import Talk
from tests.virtual_time import on_virtual_time


def idle(timeout_ms=5000, **more):
    detection = {"type": "server_vad", "idle_timeout_ms": timeout_ms, **more}
    return {"audio": {"input": {"turn_detection": detection}}}


def test_a_silent_user_is_spoken_to_twice():
    async def conversation():
        async with Talk(config=idle()) as talk:
            await talk.speak(1.0)
            await talk.until("response.done")
            await talk.pause(40)
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("input_audio_buffer.timeout_triggered")) == 2
    assert len(talk.of("response.done")) == 3
    first = talk.of("input_audio_buffer.timeout_triggered")[0]
    assert first["audio_end_ms"] - first["audio_start_ms"] == 5000
    after = talk.kinds()[talk.kinds().index(first["type"]) :]
    assert after[:4] == [
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    assert talk.of("input_audio_buffer.committed")[1]["item_id"] == first["item_id"]
    gaps = [at for at, e in zip(talk.times, talk.events, strict=True) if e["type"] == after[0]]
    assert gaps[1] - gaps[0] > 5


def test_a_user_who_speaks_is_not_prompted():
    async def conversation():
        async with Talk(config=idle()) as talk:
            for _ in range(3):
                await talk.speak(1.0)
                await talk.until("response.done")
                await talk.pause(4.0)
            await talk.speak(8.0)
            return talk

    assert not on_virtual_time(conversation()).of("input_audio_buffer.timeout_triggered")


def test_a_client_that_answers_itself_is_told_of_the_silence():
    async def conversation():
        async with Talk(config=idle(create_response=False)) as talk:
            item = {"type": "message", "role": "user",
                    "content": [{"type": "input_text", "text": "Hi"}]}  # fmt: skip
            await talk.send("conversation.item.create", item=item)
            await talk.send("response.create")
            await asyncio.sleep(20)
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("input_audio_buffer.timeout_triggered")) == 1
    assert len(talk.of("response.done")) == 1
