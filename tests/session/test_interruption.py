"""Who is stopped by what: interruptions that are meant, and those that are not."""

import asyncio

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from avatar_serving.media import Transcript
from tests.session.talk import SEMANTIC, Talk, powers, seconds_of
from tests.virtual_time import on_virtual_time

STORY = "The sea covers most of our planet. It is deep and dark, and full of life. " * 3


class Hears:
    """Recognises one text after the other; the last again and again."""

    def __init__(self, *texts):
        self._texts = list(texts)

    async def run(self, request, /):
        await asyncio.sleep(0.2)
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        yield Transcript(text, "en")


async def over_an_answer(*heard, spoken_s=0.4, times=1, after_s=1.5):
    """Ask for a story and make a sound *after_s* into it, that is taken for what is *heard*."""
    given = powers(word_s=0.0, asr=Hears(STORY, *heard))
    async with Talk(given, config=SEMANTIC) as talk:
        await talk.speak(1.0)
        await talk.until("response.output_audio.delta")
        for _ in range(times):
            await talk.pause(after_s)
            await talk.speak(spoken_s)
            await talk.pause(1.0)
        await asyncio.sleep(60)
        return talk


def transcripts(talk):
    return [e["transcript"] for e in talk.of("response.output_audio_transcript.done")]


def test_mm_hm_does_not_end_an_answer():
    talk = on_virtual_time(over_an_answer("Mm-hmm."))
    first, rest = talk.of("response.done")
    assert first["response"]["status"] == "cancelled"
    assert rest["response"]["status"] == "completed"
    heard = talk.of("avatar.turn")[0]["heard_text"]
    whole = "You said this: " + STORY.strip()
    assert f"{heard} {transcripts(talk)[1]}" == whole
    assert 0 < len(heard) < len(whole) / 2


@pytest.mark.parametrize("noise", ["", "The sea covers most"])
def test_noise_and_echo_do_not_end_an_answer(noise):
    talk = on_virtual_time(over_an_answer(noise))
    statuses = [e["response"]["status"] for e in talk.of("response.done")]
    assert statuses == ["cancelled", "completed"]


def test_the_rest_sounds_whole_and_moves_in_step():
    talk = on_virtual_time(over_an_answer("Mm-hmm."))
    rest_id = talk.of("response.created")[1]["response"]["id"]
    rest = [e for e in talk.events if e.get("response_id") == rest_id]
    sent_s = 0.0
    for event in rest:
        if event["type"] == "avatar.animation.delta":
            assert -1e-6 <= event["time_code"] - sent_s <= 1 / 30 + 1e-6
            assert event["time_code"] * 30 == pytest.approx(round(event["time_code"] * 30))
        elif event["type"] == "response.output_audio.delta":
            sent_s += seconds_of([event])
    words = [w for e in rest if e["type"] == "avatar.words" for w in e["words"]]
    assert words[0]["start_ms"] <= 40
    assert words[-1]["end_ms"] <= sent_s * 1000


def test_words_end_an_answer_and_are_answered():
    talk = on_virtual_time(over_an_answer("Stop, tell me about Mars."))
    statuses = [e["response"]["status"] for e in talk.of("response.done")]
    assert statuses == ["cancelled", "completed"]
    assert transcripts(talk)[1] == "You said this: Stop, tell me about Mars."


def test_a_long_interruption_gives_the_rest_up_before_it_is_understood():
    async def conversation():
        given = powers(word_s=0.0, asr=Hears(STORY, ""))
        async with Talk(given, config=SEMANTIC) as talk:
            await talk.speak(1.0)
            await talk.until("response.output_audio.delta")
            await talk.pause(1.0)
            await talk.speak(2.0)
            await talk.pause(3.0)
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("response.created")) == 1


def test_yes_is_an_answer_when_the_avatar_is_silent():
    async def conversation():
        async with Talk(powers("Yes."), config=SEMANTIC) as talk:
            await talk.speak(0.5)
            await talk.until("response.done")
            return talk

    assert transcripts(on_virtual_time(conversation())) == ["You said this: Yes."]


def test_an_avatar_that_hears_itself_stops_listening_to_sound_alone():
    talk = on_virtual_time(over_an_answer("The sea covers most", times=4, after_s=1.0))
    # Twice it was fooled; the third and the fourth time it went on without a stop.
    assert len(talk.of("input_audio_buffer.speech_started")) == 3
    assert [e["response"]["status"] for e in talk.of("response.done")].count("cancelled") == 2


def test_half_a_sentence_is_waited_for_by_its_words():
    async def conversation():
        given = powers(asr=Hears("I would like to", "I would like to talk."))
        async with Talk(given, config=SEMANTIC) as talk:
            await talk.speak(0.8)
            await talk.pause(0.7)
            await talk.speak(0.8)
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("input_audio_buffer.committed")) == 1
    assert transcripts(talk) == ["You said this: I would like to talk."]


def test_a_long_turn_is_transcribed_while_it_is_spoken():
    async def conversation():
        given = powers(asr=Hears("one two", "one two three", "one two three four."))
        async with Talk(given, config=SEMANTIC) as talk:
            await talk.speak(3.5)
            before = [e["delta"] for e in talk.of(DELTA)]
            await talk.until("response.done")
            return talk, before

    talk, before = on_virtual_time(conversation())
    assert before == ["one two"]
    assert "".join(e["delta"] for e in talk.of(DELTA)) == "one two three four."
    (completed,) = talk.of("conversation.item.input_audio_transcription.completed")
    assert {e["item_id"] for e in talk.of(DELTA)} == {completed["item_id"]}


DELTA = "conversation.item.input_audio_transcription.delta"

STEPS = st.lists(
    st.sampled_from(
        ["speak", "mumble", "pause", "wait", "create", "cancel", "clear", "commit", "flush", "type"]
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(STEPS, st.permutations(["Tell me.", "Mm-hmm.", "", "I want to", "Stop."]), st.booleans())
def test_whatever_a_client_does_answers_begin_and_end_in_order(steps, heard, semantic):
    """At most one answer at a time, one end for each start, nothing of it after its end."""

    async def conversation():
        given = powers(word_s=0.02, asr=Hears(*heard))
        async with Talk(given, config=SEMANTIC if semantic else None) as talk:
            for step in steps:
                await take(talk, step)
            await asyncio.sleep(40)
            return talk

    check(on_virtual_time(conversation()).events)


async def take(talk, step):
    match step:
        case "speak":
            await talk.speak(1.0)
        case "mumble":
            await talk.speak(0.3)
        case "pause":
            await talk.pause(0.4)
        case "wait":
            await talk.pause(1.5)
        case "type":
            item = {"type": "message", "role": "user",
                    "content": [{"type": "input_text", "text": "one two three"}]}  # fmt: skip
            await talk.send("conversation.item.create", item=item)
        case _:
            kinds = {"create": "response.create", "cancel": "response.cancel",
                     "clear": "input_audio_buffer.clear", "commit": "input_audio_buffer.commit",
                     "flush": "output_audio_buffer.clear"}  # fmt: skip
            await talk.send(kinds[step])


def check(events):
    active, ended, sent = None, set(), {}
    for event in events:
        if event["type"] == "response.created":
            assert active is None
            active = event["response"]["id"]
            assert active not in ended
        elif event["type"] == "response.done":
            assert event["response"]["id"] == active
            ended.add(active)
            active = None
        elif "response_id" in event and event["type"] != "avatar.turn":
            assert event["response_id"] == active
        if event["type"] == "avatar.animation.delta":
            item = event["item_id"]
            assert event["time_code"] > sent.get(item, -1.0)
            sent[item] = event["time_code"]
    assert active is None
