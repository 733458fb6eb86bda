"""OpenAI's own models of the server's messages, made strict."""

import json
from collections.abc import Iterator
from typing import Any, get_args

from openai.types.realtime import RealtimeServerEvent
from pydantic import BaseModel

_EVENTS: dict[str, type[BaseModel]] = {
    get_args(event.model_fields["type"].annotation)[0]: event
    for event in get_args(get_args(RealtimeServerEvent)[0])
}
_BEYOND = {"session.id", "session.object", "session.expires_at", "session.avatar"}
"""What OpenAI's server sends beyond its own types, and what we add."""


def check(message: dict[str, Any]) -> None:
    """Fail unless *message* is one of the API, with every field it needs and none besides."""
    event = _EVENTS[message["type"]].model_validate_json(json.dumps(message))
    assert set(_extras(event)) <= _BEYOND


def _extras(model: BaseModel, path: str = "") -> Iterator[str]:
    yield from (f"{path}{name}" for name in model.model_extra or {})
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, BaseModel):
                yield from _extras(part, f"{path}{name}.")
