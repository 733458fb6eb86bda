"""An answer whose motion comes while it is made, on the wire."""

import asyncio
from contextlib import aclosing

import pytest

from avatar_serving.stages.animate.still import StillConfig
from tests.session.talk import Talk, powers, seconds_of
from tests.virtual_time import on_virtual_time

TEXT = "The sea covers most of our planet and it is deep and dark. It is full of life."


class Slow:
    """Makes four times as many frames as are shown in the same time."""

    def __init__(self):
        self._still = StillConfig().build()

    async def run(self, request, /):
        async with aclosing(self._still.run(request)) as frames:
            async for frame in frames:
                await asyncio.sleep(1 / 120)
                yield frame


def answer(streams):
    async def conversation():
        given = powers(TEXT, word_s=0.0, animate=Slow(), streams=streams)
        async with Talk(given) as talk:
            await talk.speak(1.0)
            await talk.until("response.done")
            return talk

    return on_virtual_time(conversation())


def sent(talk, kind, field):
    return "".join(event[field] for event in talk.of(kind))


def test_the_first_sound_does_not_wait_for_all_frames():
    first_s = {
        streams: answer(streams).at("response.output_audio.delta") for streams in (True, False)
    }
    assert first_s[True] < first_s[False] - 0.1  # of a clause of 0.7 s


def test_what_is_heard_shown_and_read_is_the_same():
    pieces, whole = answer(streams=True), answer(streams=False)
    for kind in ("response.output_audio.delta", "response.output_audio_transcript.delta"):
        assert sent(pieces, kind, "delta") == sent(whole, kind, "delta")
    assert sent(pieces, "avatar.animation.delta", "frames")
    words = [
        [w for event in talk.of("avatar.words") for w in event["words"]] for talk in (pieces, whole)
    ]
    assert words[0] == words[1]


def test_motion_keeps_in_step_and_nothing_comes_late():
    talk = answer(streams=True)
    sent_s, begun = 0.0, talk.at("response.output_audio.delta")
    for event, now in zip(talk.events, talk.times, strict=True):
        if event["type"] == "avatar.animation.delta":
            assert -1e-6 <= event["time_code"] - sent_s <= 1 / 30 + 1e-6
        elif event["type"] == "response.output_audio.delta":
            assert now - begun <= sent_s + 1e-6, "the client has run out of sound"
            sent_s += seconds_of([event])
    assert sent_s == pytest.approx(seconds_of(answer(False).of("response.output_audio.delta")))
