"""Clients that send faster than people speak: a file in one message, several turns in one."""

import asyncio
import base64

from avatar_serving.media import Transcript
from tests.session.talk import Talk, frame, powers
from tests.virtual_time import on_virtual_time

SERVER = {
    "audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 500}}}
}
_RATE = 16_000


class Measuring:
    """Recognises how many tenths of a second of an utterance are loud."""

    async def run(self, utterance, /):
        samples = memoryview(utterance.audio.pcm).cast("h")
        tenths = range(0, len(samples), _RATE // 10)
        loud = sum(max(samples[at : at + _RATE // 10], default=0) > 1000 for at in tenths)
        yield Transcript(f"{loud} tenths", "en", True)


def sound(*stretches):
    """Loud and silent stretches by turns, as one message."""
    frames = [
        base64.b64decode(frame(i, 0.0 if turn % 2 else 0.5))
        for turn, seconds in enumerate(stretches)
        for i in range(round(seconds * 50))
    ]
    return base64.b64encode(b"".join(frames)).decode()


def transcripts_of(*stretches):
    async def conversation():
        async with Talk(powers(asr=Measuring()), config=SERVER) as talk:
            await talk.send("input_audio_buffer.append", audio=sound(*stretches))
            await asyncio.sleep(3)
            return talk

    talk = on_virtual_time(conversation())
    completed = talk.of("conversation.item.input_audio_transcription.completed")
    return [int(event["transcript"].split()[0]) for event in completed]


def test_a_question_in_one_message_is_heard_whole():
    (loud,) = transcripts_of(2.0, 1.5)
    assert 19 <= loud <= 21


def test_two_turns_in_one_message_are_two():
    first, second = transcripts_of(1.0, 1.5, 2.0, 1.5)
    assert 9 <= first <= 11 and 19 <= second <= 21
