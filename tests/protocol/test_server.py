import json

import pytest

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol import server
from avatar_serving.protocol.server import SERVER_EVENTS, dump, parse_server
from tests.protocol import openai_types
from tests.protocol.golden import SERVER


def test_every_event_has_a_golden_message() -> None:
    assert set(SERVER) == set(SERVER_EVENTS)


@pytest.mark.parametrize("kind", SERVER)
def test_golden_messages_are_what_we_write(kind: str) -> None:
    event = parse_server(SERVER[kind])
    assert event.type == kind
    assert json.loads(dump(event)) == json.loads(SERVER[kind])


@pytest.mark.parametrize("kind", [kind for kind in SERVER if not kind.startswith("avatar.")])
def test_openai_s_own_models_take_every_message(kind: str) -> None:
    openai_types.check(json.loads(SERVER[kind]))


def test_events_of_the_api_before_ga_are_never_sent() -> None:
    gone = {"conversation.created", "conversation.item.created", "response.audio.delta"}
    assert not gone & set(SERVER_EVENTS)


def test_every_message_has_an_id_of_its_own() -> None:
    first, second = (json.loads(dump(server.InputAudioBufferCleared())) for _ in range(2))
    assert first["event_id"].startswith("event_")
    assert first["event_id"] != second["event_id"]


def test_a_field_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(ValueError, match="itemid"):
        server.ConversationItemDeleted(item_id="a", itemid="b")  # pyright: ignore


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type":"avatar.hologram"}', "null", "7"])
def test_other_text_is_not_a_message(text: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_server(text)


def test_a_message_that_lacks_a_field_says_which() -> None:
    with pytest.raises(InvalidRequest, match="item_id"):
        parse_server('{"type":"conversation.item.deleted","event_id":"e"}')
