"""What a live session says is what OpenAI's own client was made for."""

import json
from typing import Any

from avatar_serving.protocol.server import parse_server
from tests.protocol import openai_types
from tests.session.talk import SEMANTIC, Talk, powers
from tests.virtual_time import on_virtual_time

CALL = {"type": "function_call", "name": "clock", "arguments": "{}", "call_id": "c"}


async def everything() -> list[dict[str, Any]]:
    async with Talk(powers("One two three. " * 8, word_s=0.0), config=SEMANTIC) as talk:
        await talk.speak(1.0)
        await talk.until("response.output_audio.delta")
        await talk.pause(1.0)
        await talk.speak(1.0)
        answer = talk.of("response.output_item.done")[0]["item"]["id"]
        await talk.send("conversation.item.truncate", item_id=answer, audio_end_ms=700.5)
        await talk.send("conversation.item.retrieve", item_id=answer)
        await talk.until("response.done")
        await talk.send("input_audio_buffer.clear")
        await talk.send("conversation.item.create", item=CALL)
        await talk.send("conversation.item.delete", item_id=answer)
        await talk.send("session.update", session={"type": "realtime", "instructions": "Sing."})
        await talk.send("session.update", session={"audio": {"output": {"speed": 9}}})
        await talk.send("response.cancel")
        await talk.raw("nonsense")
        await talk.send("response.create", response={"output_modalities": ["text"]})
        await talk.pause(0.5)
        return talk.events


def test_every_message_of_a_long_talk() -> None:
    events = on_virtual_time(everything())
    kinds = {event["type"] for event in events}
    assert {"session.created", "session.updated", "error", "response.done", "rate_limits.updated",
            "conversation.item.truncated", "conversation.item.retrieved", "avatar.turn",
            "conversation.item.deleted", "response.output_text.done", "input_audio_buffer.cleared",
            "conversation.item.input_audio_transcription.completed"} <= kinds  # fmt: skip
    for event in events:
        assert parse_server(json.dumps(event)).type == event["type"]
        if not event["type"].startswith("avatar."):
            openai_types.check(event)
