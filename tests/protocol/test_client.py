import json
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.realtime import RealtimeClientEventParam
from pydantic import TypeAdapter

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol import client, items
from avatar_serving.protocol.client import CLIENT_EVENTS, event_id_of, parse_client
from tests.protocol.golden import CLIENT

OPENAI: dict[str, TypeAdapter[Any]] = {
    get_args(get_type_hints(event)["type"])[0]: TypeAdapter(event)
    for event in get_args(RealtimeClientEventParam)
}


def test_every_event_has_a_golden_message() -> None:
    playback = {"avatar.playback", "avatar.playback.report"}
    ours = {*playback, "avatar.affect", "avatar.frame", "avatar.move"}
    assert set(CLIENT) == set(CLIENT_EVENTS) == {*OPENAI, *ours}


@pytest.mark.parametrize("kind", CLIENT)
def test_golden_messages_are_read_whole(kind: str) -> None:
    event = parse_client(CLIENT[kind])
    assert event.type == kind
    assert event.model_dump(mode="json", exclude_unset=True) == json.loads(CLIENT[kind])


@pytest.mark.parametrize("kind", OPENAI)
def test_golden_messages_are_those_of_openai_s_client(kind: str) -> None:
    OPENAI[kind].validate_json(CLIENT[kind])


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '"hello"', '{"a":NaN}', "[" * 9999])
def test_what_is_not_a_json_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="JSON"):
        parse_client(text)


@pytest.mark.parametrize("kind", ["session.upgrade", None, 7, ["session.update"], {}])
def test_an_unknown_type_is_told_the_choices(kind: object) -> None:
    with pytest.raises(InvalidRequest, match=r"session\.update, input_audio_buffer") as caught:
        parse_client(json.dumps({"type": kind}))
    assert caught.value.param == "type"


@pytest.mark.parametrize(("message", "param"), [
    ({"type": "conversation.item.truncate", "item_id": "a"}, "audio_end_ms"),
    ({"type": "conversation.item.truncate", "item_id": "a", "audio_end_ms": -1}, "audio_end_ms"),
    ({"type": "conversation.item.truncate", "item_id": "a", "audio_end_ms": 1e300}, "audio_end_ms"),
    ({"type": "conversation.item.delete", "item_id": ""}, "item_id"),
    ({"type": "conversation.item.delete", "item_id": "x" * 65}, "item_id"),
    ({"type": "input_audio_buffer.append"}, "audio"),
    ({"type": "input_audio_buffer.append", "audio": 7}, "audio"),
    ({"type": "session.update"}, "session"),
    ({"type": "session.update", "session": []}, "session"),
    ({"type": "response.create", "response": {"max_output_tokens": 0}},
     "response.max_output_tokens"),
    ({"type": "response.create", "response": {"output_modalities": ["audio", "text"]}},
     "response.output_modalities"),
    ({"type": "conversation.item.create", "item": {"type": "message", "role": "king"}}, "item"),
    ({"type": "conversation.item.create", "item": 3}, "item"),
    ({"type": "conversation.item.create",
      "item": {"type": "message", "role": "user", "content": [{"type": "input_text"}]}},
     "item.content.0.text"),
    ({"type": "conversation.item.create",
      "item": {"type": "message", "role": "user",
               "content": [{"type": "input_video", "video_url": "data:"}]}},
     "item.content.0"),
])  # fmt: skip
def test_a_wrong_field_is_named(message: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_client(json.dumps(message))
    assert caught.value.param is not None
    assert caught.value.param.removesuffix(".int") == param
    assert caught.value.message.startswith(caught.value.param)


@pytest.mark.parametrize("message", [
    # openai-agents: a null response, then tracing in an update of its own
    {"type": "response.create", "response": None},
    {"type": "session.update",
     "session": {"type": "realtime", "tracing": {"workflow_name": "w", "group_id": None}}},
    # pipecat: an id of 32 hex digits, a role-less output, old content names
    {"type": "conversation.item.create", "event_id": "8b7a7c1e-52b3-4a4f-9d9c-7a0d1c3a1b2c",
     "item": {"id": "0f" * 16, "type": "function_call_output", "call_id": "c", "output": "{}"}},
    {"type": "conversation.item.create",
     "item": {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "a"}]}},
    # every field written, nulls included
    {"type": "conversation.item.create", "previous_item_id": None, "event_id": None,
     "item": {"id": None, "object": None, "status": None, "type": "message", "role": "user",
              "content": [{"type": "input_text", "text": "a", "audio": None, "transcript": None}]}},
    # a player that measures in floats
    {"type": "avatar.playback", "item_id": "a", "played_ms": 120.4},
])  # fmt: skip
def test_what_real_clients_send_is_read(message: dict[str, Any]) -> None:
    assert parse_client(json.dumps(message)).type == message["type"]


def test_old_names_of_content_become_those_of_ga() -> None:
    text = """{"type": "conversation.item.create", "item": {"type": "message", "role": "assistant",
        "content": [{"type": "text", "text": "a"}, {"type": "audio", "transcript": "b"}]}}"""
    event = parse_client(text)
    assert isinstance(event, client.ConversationItemCreate)
    assert isinstance(event.item, items.AssistantMessage)
    assert event.item.content == (items.OutputText(text="a"), items.OutputAudio(transcript="b"))
    assert items.text_of(event.item) == "a b"


def test_the_id_of_a_wrong_message_can_be_told_back() -> None:
    assert event_id_of('{"type": "nonsense", "event_id": "evt_1"}') == "evt_1"
    assert event_id_of('{"type": "nonsense", "event_id": 7}') is None
    assert event_id_of("nonsense") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = (
    "session",
    "item",
    "item_id",
    "response",
    "audio",
    "audio_end_ms",
    "event_id",
    "played_ms",
)


@given(st.sampled_from(sorted(CLIENT_EVENTS)), st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_anything_is_either_read_or_refused(kind: str, fields: dict[str, Any]) -> None:
    try:
        event = parse_client(json.dumps({"type": kind, **fields}))
    except InvalidRequest as error:
        assert error.message
    else:
        assert event.type == kind
