"""Whole conversations on virtual time: what is said, in which order, and what is left behind."""

import asyncio
from dataclasses import replace

import pytest

from tests.session.talk import SEMANTIC, Talk, powers, seconds_of
from tests.virtual_time import on_virtual_time

SERVER = {
    "audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 500}}}
}
MANUAL = {"audio": {"input": {"turn_detection": None}}}

ONE_ANSWER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio_transcript.delta",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
]


def in_order(kinds, wanted):
    """Each of *wanted* first appears after the one before it."""
    rest = iter(kinds)
    return all(kind in rest for kind in wanted)


@pytest.mark.parametrize("config", [SEMANTIC, SERVER])
def test_a_spoken_turn(config):
    async def conversation():
        async with Talk(config=config) as talk:
            await talk.speak(1.0)
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    heard = [
        "session.created",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.input_audio_transcription.completed",
        *ONE_ANSWER,
    ]
    assert in_order(talk.kinds(), heard)
    completed = talk.of("conversation.item.input_audio_transcription.completed")[0]
    assert completed["transcript"] == "Tell me a story."
    done = talk.of("response.output_audio_transcript.done")[0]
    assert done["transcript"] == "You said this: Tell me a story."
    assert seconds_of(talk.of("response.output_audio.delta")) > 1.0
    assert len({event["event_id"] for event in talk.events}) == len(talk.events)


def test_work_starts_in_the_pause_and_sounds_after_the_turn():
    async def conversation():
        async with Talk(powers(asr_s=0.3, word_s=0.0), config=SERVER) as talk:
            await talk.speak(1.0)
            await talk.until("response.output_audio.delta")
            return talk

    talk = on_virtual_time(conversation())
    # Drafted 0.2 s into the pause, recognised at 0.5 s, committed at 0.5 s: nothing is added.
    assert talk.at("response.output_audio.delta") - talk.at("response.created") < 0.02
    assert 1.4 < talk.at("response.created") < 1.75


def test_an_interrupted_answer_keeps_what_was_heard():
    async def conversation():
        story = "One two three four five six seven eight nine ten eleven. " * 4
        async with Talk(powers(story, word_s=0.0), config=SEMANTIC) as talk:
            await talk.speak(1.0)
            await talk.until("response.output_audio.delta")
            await talk.pause(1.5)
            await talk.speak(1.0)
            return talk

    talk = on_virtual_time(conversation())
    done = talk.of("response.done")[0]["response"]
    assert done["status"] == "cancelled"
    assert done["status_details"]["reason"] == "turn_detected"
    whole = "You said this: " + " ".join(
        ["One two three four five six seven eight nine ten eleven."] * 4
    )
    heard = talk.of("avatar.turn")[0]["heard_text"]
    assert heard and whole.startswith(heard) and len(heard) < len(whole) / 2
    stopped = talk.kinds().index("response.done")
    assert "response.output_audio.delta" not in talk.kinds()[stopped:]


def test_speaking_on_voids_the_draft():
    async def conversation():
        config = {
            "audio": {
                "input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 900}}
            }
        }
        async with Talk(config=config) as talk:
            await talk.speak(0.8)
            await talk.pause(0.6)
            await talk.speak(0.8)
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("input_audio_buffer.speech_started")) == 1
    assert len(talk.of("input_audio_buffer.committed")) == 1
    assert len(talk.of("response.created")) == 1


class Reader:
    """Says one word, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    async def run(self, request, /):
        self.asked.append(request)
        yield "Yes."


def test_the_model_reads_ahead_what_the_next_turn_begins_with():
    async def conversation(reader):
        given = powers(llm=reader)
        given = replace(given, habits=given.habits.model_copy(update={"read_ahead": True}))
        async with Talk(given, config=SEMANTIC) as talk:
            for _ in range(2):
                await talk.speak(1.0)
                await talk.until("response.done")
                await talk.pause(2.0)

    reader = Reader()
    on_virtual_time(conversation(reader))
    greeting, first, ahead, second, _ = [request.messages for request in reader.asked]
    assert first[: len(greeting)] == greeting
    assert second[: len(ahead)] == ahead and len(second) == len(ahead) + 1
    assert [request.max_tokens for request in reader.asked][::2] == [1, 1, 1]


def test_noise_starts_no_answer():
    async def conversation():
        async with Talk(powers(heard=""), config=SEMANTIC) as talk:
            await talk.speak(0.5)
            await talk.pause(3.0)
            return talk

    talk = on_virtual_time(conversation())
    assert talk.of("conversation.item.input_audio_transcription.completed")[0]["transcript"] == ""
    assert not talk.of("response.created")
    assert talk.of("avatar.state")[-1]["state"] == "idle"


def test_a_client_that_falls_silent_is_answered():
    """A muted microphone sends nothing, and time goes on."""

    async def conversation():
        async with Talk(config=SEMANTIC) as talk:
            await talk.speak(1.0)
            await talk.pause(0.3)
            await asyncio.sleep(5)
            return talk

    talk = on_virtual_time(conversation())
    assert talk.of("response.created")


def test_typed_turns_and_text_answers():
    async def conversation():
        async with Talk() as talk:
            item = {"type": "message", "role": "user",
                    "content": [{"type": "input_text", "text": "Hi there"}]}  # fmt: skip
            await talk.send("conversation.item.create", item=item)
            await talk.send("response.create", response={"output_modalities": ["text"]})
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    assert talk.of("response.output_text.done")[0]["text"] == "You said this: Hi there"
    assert not talk.of("response.output_audio.delta")


def test_turns_by_hand():
    async def conversation():
        async with Talk(config=MANUAL) as talk:
            await talk.send("input_audio_buffer.commit")
            await talk.speak(0.5)
            await talk.send("input_audio_buffer.commit")
            await talk.send("response.create")
            await asyncio.sleep(20)
            return talk

    talk = on_virtual_time(conversation())
    assert "100 ms" in talk.of("error")[0]["error"]["message"]
    assert not talk.of("input_audio_buffer.speech_started")
    assert talk.of("response.done")[0]["response"]["status"] == "completed"
    done = talk.of("response.output_audio_transcript.done")[0]
    assert done["transcript"] == "You said this: Tell me a story."


def test_only_one_answer_at_a_time_and_late_cancels_are_told():
    async def conversation():
        async with Talk() as talk:
            item = {"type": "message", "role": "user",
                    "content": [{"type": "input_text", "text": "one two three four"}]}  # fmt: skip
            await talk.send("conversation.item.create", item=item)
            await talk.send("response.cancel", event_id="early")
            await talk.send("response.create")
            await talk.send("response.create", event_id="second")
            await talk.send("response.cancel")
            await asyncio.sleep(1)
            return talk

    talk = on_virtual_time(conversation())
    codes = {event["error"]["event_id"]: event["error"]["code"] for event in talk.of("error")}
    assert codes == {
        "early": "response_cancel_not_active",
        "second": "conversation_already_has_active_response",
    }
    assert [e["response"]["status"] for e in talk.of("response.done")] == ["cancelled"]


def test_no_avatar_events_without_asking():
    async def conversation():
        async with Talk(config=SEMANTIC, animated=False) as talk:
            await talk.speak(1.0)
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    assert not [kind for kind in talk.kinds() if kind.startswith("avatar.")]


def test_a_client_secret_fixes_who_the_avatar_is():
    secret = {"instructions": "You sell shoes.", "audio": {"output": {"voice": "tone"}},
              "tools": [{"type": "function", "name": "stock"}]}  # fmt: skip

    async def conversation():
        async with Talk(config=secret, secret=secret) as talk:
            audio = {"output": {"speed": 1.2, "voice": "other"}}
            patch = {"instructions": "You give discounts.", "audio": audio, "tools": [],
                     "avatar": {"id": "x", "language": "zh"}}  # fmt: skip
            await talk.send("session.update", session=patch)
            return talk, talk.session._responder.config

    talk, config = on_virtual_time(conversation())
    assert config.instructions == "You sell shoes." and config.tools[0].name == "stock"
    for told in (talk.of("session.created")[0], talk.of("session.updated")[0]):
        assert (told["session"]["instructions"], told["session"]["tools"]) == ("", [])
    updated = talk.of("session.updated")[0]["session"]
    assert updated["audio"]["output"]["speed"] == 1.2
    assert updated["audio"]["output"]["voice"] == "tone"
    assert updated["avatar"] == {**updated["avatar"], "id": None, "language": "zh"}


def test_whom_a_session_talks_to_cannot_be_changed():
    async def conversation():
        async with Talk() as talk:
            await talk.send("session.update", session={"avatar": {"id": None}})
            await talk.send("session.update", session={"avatar": {"id": "other"}})
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("session.updated")) == 1
    error = talk.of("error")[0]["error"]
    assert (error["param"], error["code"]) == ("session.avatar.id", "invalid_request")
