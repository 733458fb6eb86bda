"""When sound and motion are sent, on virtual time."""

from itertools import pairwise

from avatar_serving.protocol.motion import decode_frames
from tests.session.talk import SEMANTIC, Talk, powers, seconds_of
from tests.virtual_time import on_virtual_time


def test_sound_is_sent_at_most_a_few_seconds_ahead():
    async def conversation():
        given = powers("word " * 60, word_s=0.0)
        async with Talk(given, config=SEMANTIC) as talk:
            await talk.speak(1.0)
            await talk.until("response.output_audio.delta")
            await talk.pause(2.0)
            ahead = seconds_of(talk.of("response.output_audio.delta")) - 2.0
            await talk.until("response.done")
            return ahead

    assert 2.0 < on_virtual_time(conversation()) < 3.5


def test_motion_keeps_step_with_sound():
    async def conversation():
        async with Talk(config=SEMANTIC) as talk:
            await talk.speak(1.0)
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    sent_s = 0.0
    for event in talk.events:
        if event["type"] == "avatar.animation.delta":
            assert abs(event["time_code"] - sent_s) <= 1 / 30 + 1e-6
        elif event["type"] == "response.output_audio.delta":
            sent_s += seconds_of([event])


def test_every_frame_of_motion_is_sent_once():
    async def conversation():
        async with Talk(powers("One two three. Four five six seven."), config=SEMANTIC) as talk:
            await talk.speak(1.0)
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    times = [
        frame.at_s
        for event in talk.of("avatar.animation.delta")
        for frame in decode_frames(event["frames"], event["time_code"], 30)
    ]
    steps = {round(b - a, 6) for a, b in pairwise(times)}
    assert len(times) > 60 and steps == {round(1 / 30, 6)}
