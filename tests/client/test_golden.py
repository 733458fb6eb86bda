"""The golden messages of the wire, as this client reads and writes them."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from avatar_serving.client.messages import Known, Other, dump, parse
from avatar_serving.protocol.client import parse_client

GOLDEN = Path(__file__).parents[1] / "golden" / "protocol"
MESSAGES = sorted(GOLDEN.glob("*.json"))
KNOWN: dict[str, type[BaseModel]] = {
    model.model_fields["type"].annotation.__args__[0]: model for model in Known.__args__
}


@pytest.mark.parametrize("path", MESSAGES, ids=[path.stem for path in MESSAGES])
def test_every_server_event_is_read(path: Path) -> None:
    message = parse(path.read_text())
    assert isinstance(message, KNOWN.get(path.stem, Other))
    assert message.type == path.stem


def test_every_event_that_this_client_reads_exists() -> None:
    assert set(KNOWN) <= {path.stem for path in MESSAGES}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("input_audio_buffer.append", {"audio": "AAAA"}),
        ("conversation.item.truncate", {"item_id": "i", "content_index": 0, "audio_end_ms": 5}),
        ("avatar.playback", {"item_id": "i", "played_ms": 20}),
        ("response.create", {}),
    ],
)
def test_the_server_understands_what_this_client_sends(
    kind: str, fields: dict[str, object]
) -> None:
    event = parse_client(dump(kind, **fields))
    assert event.type == kind
    assert json.loads(dump(kind, **fields)) == {"type": kind, **fields}
