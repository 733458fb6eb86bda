"""What ``response.create`` may ask for, and what a response says of itself."""

import asyncio

import pytest

from avatar_serving.metrics import turns
from tests.session.talk import Talk, powers, seconds_of
from tests.session.test_calls import user
from tests.virtual_time import on_virtual_time

TEXT = {"output_modalities": ["text"]}


def say_of(event):
    (item,) = event["response"]["output"]
    part = item["content"][0]
    return part.get("text") or part.get("transcript")


def test_an_answer_out_of_band_leaves_no_trace():
    async def conversation():
        async with Talk() as talk:
            await talk.send("conversation.item.create", item=user("first"))
            talk.events.clear()
            wish = {**TEXT, "conversation": "none", "input": [user("Is it about sport?")],
                    "metadata": {"topic": "guess"}}  # fmt: skip
            await talk.send("response.create", response=wish)
            beside = await talk.until("response.done")
            kinds = talk.kinds()
            await talk.send("response.create", response=TEXT)
            return talk, beside, kinds, await talk.until("response.done")

    talk, beside, kinds, after = on_virtual_time(conversation())
    assert say_of(beside) == "You said this: Is it about sport?"
    assert beside["response"]["metadata"] == {"topic": "guess"}
    assert beside["response"]["conversation_id"] is None
    assert not [kind for kind in kinds if kind.startswith("conversation.")]
    assert say_of(after) == "You said this: first"
    assert after["response"]["conversation_id"].startswith("conv_")


def test_an_answer_out_of_band_may_run_beside_another():
    async def conversation():
        async with Talk(powers(word_s=0.2)) as talk:
            await talk.send("conversation.item.create", item=user("one two three four " * 6))
            await talk.send("response.create")
            await talk.until("response.output_audio.delta")
            wish = {**TEXT, "conversation": "none", "input": [user("a b")]}
            await talk.send("response.create", response=wish)
            await asyncio.sleep(30)
            return talk

    talk = on_virtual_time(conversation())
    assert not talk.of("error")
    done = talk.of("response.done")
    assert [event["response"]["conversation_id"] is None for event in done] == [True, False]


def test_an_answer_to_chosen_input_is_remembered():
    async def conversation():
        async with Talk() as talk:
            await talk.send("conversation.item.create", item={**user("first"), "id": "one"})
            await talk.send("conversation.item.create", item=user("second"))
            wish = {**TEXT, "input": [{"type": "item_reference", "id": "one"}]}
            await talk.send("response.create", response=wish)
            done = await talk.until("response.done")
            await talk.send("conversation.item.retrieve",
                            item_id=done["response"]["output"][0]["id"])  # fmt: skip
            return talk, done

    talk, done = on_virtual_time(conversation())
    assert say_of(done) == "You said this: first"
    assert talk.of("conversation.item.retrieved")


def test_a_response_has_its_own_voice_format_and_length():
    async def conversation():
        async with Talk(animated=False) as talk:
            await talk.send("conversation.item.create", item=user("one two three four five"))
            wish = {"audio": {"output": {"format": {"type": "audio/pcmu"}, "voice": "nobody"}}}
            await talk.send("response.create", event_id="e", response=wish)
            wish["audio"]["output"]["voice"] = "tone"
            await talk.send("response.create", response={**wish, "max_output_tokens": 4})
            await asyncio.sleep(20)
            return talk

    talk = on_virtual_time(conversation())
    assert [e["error"]["code"] for e in talk.of("error")] == ["not_found"]
    response = talk.of("response.done")[0]["response"]
    assert (response["status"], response["status_details"]["reason"]) == (
        "incomplete", "max_output_tokens",
    )  # fmt: skip
    assert response["output"][0]["status"] == "incomplete"
    assert response["audio"]["output"] == {"format": {"type": "audio/pcmu"}, "voice": "tone"}
    assert response["max_output_tokens"] == 4
    sound = talk.of("response.output_audio.delta")
    assert 0.3 < seconds_of(sound) * 48_000 / 8_000 < 4


def test_usage_counts_what_the_model_counted():
    async def conversation():
        async with Talk() as talk:
            await talk.send("conversation.item.create", item=user("one two"))
            await talk.send("response.create", response=TEXT)
            return await talk.until("response.done")

    usage = on_virtual_time(conversation())["response"]["usage"]
    assert usage["output_tokens"] == 5
    assert usage["input_tokens"] > 2
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["output_token_details"]["text_tokens"] == 5


def test_an_answer_that_is_cut_has_cost_what_was_written():
    async def conversation():
        async with Talk(powers(word_s=0.2)) as talk:
            await talk.send("conversation.item.create", item=user("one two three four five"))
            await talk.send("response.create", response=TEXT)
            await asyncio.sleep(0.5)
            await talk.send("response.cancel", response_id="resp_other", event_id="other")
            response_id = talk.of("response.created")[0]["response"]["id"]
            await talk.send("response.cancel", response_id=response_id)
            return talk

    talk = on_virtual_time(conversation())
    assert [e["error"]["code"] for e in talk.of("error")] == ["response_cancel_not_active"]
    response = talk.of("response.done")[0]["response"]
    assert response["status_details"]["reason"] == "client_cancelled"
    assert 1 <= response["usage"]["output_tokens"] <= 3


@pytest.mark.parametrize("verb", ["retrieve", "delete", "truncate"])
def test_an_item_that_does_not_exist_has_the_code_that_clients_know(verb):
    async def conversation():
        async with Talk() as talk:
            more = {"audio_end_ms": 1} if verb == "truncate" else {}
            await talk.send(f"conversation.item.{verb}", item_id="item_x", event_id="e", **more)
            return talk.of("error")[0]["error"]

    error = on_virtual_time(conversation())
    assert (error["code"], error["event_id"]) == (f"item_{verb}_invalid_item_id", "e")


def counted():
    return {
        sample.labels["status"]: sample.value
        for sample in next(iter(turns.collect())).samples
        if sample.name.endswith("_total")
    }


def test_an_answer_ends_once_in_what_is_counted_and_reported():
    async def conversation():
        async with Talk(powers("One two three four. " * 4, word_s=0.0), config={
            "audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}
        }) as talk:  # fmt: skip
            await talk.speak(1.0)
            await talk.until("response.done")
            await talk.pause(0.5)
            await talk.speak(1.0)
            await talk.until("response.done")
            await talk.pause(20)
            return talk

    before = counted()
    talk = on_virtual_time(conversation())
    after = counted()
    gained = {k: after[k] - before.get(k, 0) for k in after if after[k] != before.get(k, 0)}
    assert gained == {"interrupted": 1, "completed": 1}
    cut, whole = talk.of("avatar.turn")
    assert cut["heard_text"] and whole["heard_text"] is None


def test_a_second_answer_does_not_cut_what_is_still_heard():
    async def conversation():
        async with Talk() as talk:
            await talk.send("conversation.item.create", item=user("one two three"))
            await talk.send("response.create")
            first = await talk.until("response.done")
            await talk.send("response.create")
            await asyncio.sleep(20)
            await talk.send("conversation.item.retrieve",
                            item_id=first["response"]["output"][0]["id"])  # fmt: skip
            return talk

    item = on_virtual_time(conversation()).of("conversation.item.retrieved")[0]["item"]
    assert item["content"][0]["transcript"] == "You said this: one two three"
    assert item["status"] == "completed"


def test_sound_that_the_client_stopped_holds_nothing_up():
    async def conversation():
        async with Talk(powers(word_s=0.0)) as talk:
            await talk.send("conversation.item.create", item=user("one two three four five six"))
            await talk.send("response.create")
            await asyncio.sleep(0.2)
            item_id = talk.of("response.done")[0]["response"]["output"][0]["id"]
            await talk.send("conversation.item.truncate", item_id=item_id, audio_end_ms=300)
            await talk.send("response.create")
            await asyncio.sleep(0.2)
            return talk

    talk = on_virtual_time(conversation())
    assert len({e["item_id"] for e in talk.of("response.output_audio.delta")}) == 2
    assert len(talk.of("conversation.item.truncated")) == 1
