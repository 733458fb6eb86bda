"""Functions that the client does for the avatar, on virtual time."""

import asyncio

from avatar_serving.config import Conversation as Habits
from tests.session.talk import Talk, powers, seconds_of
from tests.virtual_time import on_virtual_time

CLOCK = {"type": "function", "name": "clock", "description": "The time",
         "parameters": {"type": "object", "properties": {}}}  # fmt: skip
TOOLS = {"tools": [CLOCK], "audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}

ONE_CALL = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
]


def user(text):
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


async def asked(talk, text="ask the clock"):
    """Type *text*; returns the call that is made of it."""
    await talk.send("conversation.item.create", item=user(text))
    await talk.send("response.create")
    await talk.until("response.done")
    return talk.of("response.function_call_arguments.done")[-1]


async def answered(talk, call, text="It is noon."):
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": text}
    await talk.send("conversation.item.create", item=output)
    await talk.send("response.create")


def test_a_function_is_called_and_its_result_told():
    async def conversation():
        async with Talk(config=TOOLS, animated=False) as talk:
            talk.events.clear()
            call = await asked(talk)
            first = talk.kinds()
            await answered(talk, call)
            await talk.until("response.done")
            return talk, call, first

    talk, call, first = on_virtual_time(conversation())
    assert [k for k in first if k in ONE_CALL][2:] == ONE_CALL
    assert (call["name"], call["arguments"]) == ("clock", '{"said": "ask the clock"}')
    asked_for, told = (event["response"] for event in talk.of("response.done"))
    assert [item["type"] for item in asked_for["output"]] == ["function_call"]
    assert asked_for["output"][0]["call_id"] == call["call_id"]
    assert told["output"][0]["content"][0]["transcript"] == "You said this: It is noon."


def test_a_spoken_turn_can_call_a_function():
    async def conversation():
        async with Talk(powers("What does the clock say?"), config=TOOLS) as talk:
            await talk.speak(1.0)
            await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    assert talk.of("response.done")[0]["response"]["output"][0]["name"] == "clock"
    assert talk.of("avatar.state")[-1]["state"] == "idle"
    assert not talk.of("response.output_audio.delta")


def test_a_slow_function_is_bridged():
    async def conversation():
        habits = Habits(filler_s=2.0)
        async with Talk(powers(habits=habits), config=TOOLS) as talk:
            call = await asked(talk)
            await asyncio.sleep(2.5)
            bridged = talk.of("response.output_audio_transcript.done")
            await answered(talk, call)
            await asyncio.sleep(10)
            return talk, bridged

    talk, bridged = on_virtual_time(conversation())
    assert [event["transcript"] for event in bridged] == ["One moment, please."]
    responses = [event["response"] for event in talk.of("response.done")]
    assert [r["status"] for r in responses] == ["completed"] * 3
    assert [r["metadata"] for r in responses] == [None, {"avatar": "filler"}, None]
    assert responses[2]["output"][0]["content"][0]["transcript"] == "You said this: It is noon."


def test_the_answer_sounds_after_the_filler():
    async def conversation():
        async with Talk(powers(habits=Habits(filler_s=2.0)), config=TOOLS) as talk:
            call = await asked(talk)
            await talk.until("response.output_audio.done")
            await answered(talk, call)
            await asyncio.sleep(10)
            return talk

    talk = on_virtual_time(conversation())
    sound = [
        (at, event)
        for event, at in zip(talk.events, talk.times, strict=True)
        if event["type"] == "response.output_audio.delta"
    ]
    filler = sound[0][1]["item_id"]
    begun = sound[0][0]
    lasts = seconds_of([event for _, event in sound if event["item_id"] == filler])
    follows = next(at for at, event in sound if event["item_id"] != filler)
    assert begun + lasts - 0.05 <= follows <= begun + lasts + 0.3


def test_a_quick_function_is_not_bridged():
    async def conversation():
        async with Talk(powers(habits=Habits(filler_s=2.0)), config=TOOLS) as talk:
            await answered(talk, await asked(talk))
            await asyncio.sleep(10)
            return talk

    talk = on_virtual_time(conversation())
    assert len(talk.of("response.done")) == 2


def test_a_user_who_speaks_meanwhile_is_not_talked_over():
    async def conversation():
        async with Talk(powers(habits=Habits(filler_s=2.0)), config=TOOLS) as talk:
            await asked(talk)
            await talk.pause(1.5)
            await talk.speak(2.0)
            return talk

    talk = on_virtual_time(conversation())
    assert not talk.of("response.output_audio.delta")


def test_the_choice_of_tools():
    async def conversation():
        async with Talk(config=TOOLS) as talk:
            await talk.send("conversation.item.create", item=user("ask the clock"))
            for options in (
                {"tool_choice": "none"},
                {"tools": []},
                {"tool_choice": {"type": "function", "name": "clock"}},
                {"tool_choice": "required"},
            ):
                options["output_modalities"] = ["text"]
                await talk.send("response.create", response=options)
                await talk.until("response.done")
            return talk

    talk = on_virtual_time(conversation())
    kinds = [event["response"]["output"][0]["type"] for event in talk.of("response.done")]
    assert kinds == ["message", "message", "function_call", "function_call"]
