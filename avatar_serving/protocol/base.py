"""What all messages of the realtime socket share, and what is said of one that is wrong."""

from collections.abc import Sequence
from typing import Annotated, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
)

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol.ids import new_id

Json = dict[str, JsonValue]

Id = Annotated[str, Field(min_length=1, max_length=64)]


def _whole(value: object) -> object:
    return round(value) if isinstance(value, float) and abs(value) < 1e12 else value


Milliseconds = Annotated[int, BeforeValidator(_whole), Field(ge=0, lt=10**9)]
"""Clients measure time in floats; the wire counts whole milliseconds."""


class Part(BaseModel):
    """A piece of a message. Fields we do not know are ignored: clients send many."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class FromClient(Part):
    event_id: str | None = Field(default=None, max_length=512)


class FromServer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: str = Field(default_factory=lambda: new_id("event"))


def dump(event: FromServer) -> str:
    """One text frame."""
    return event.model_dump_json()


def absent(value: object) -> bool:
    """For ``Field(exclude_if=absent)``: fields that are left out rather than written as null."""
    return value is None


def refusal(error: ValidationError, given: object, where: str = "") -> InvalidRequest:
    """The first thing that pydantic found wrong in *given*, named by its place in the message."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join([*filter(None, [where]), *_place(first["loc"], given)])
    reason = first["msg"].removeprefix("Value error, ")
    return InvalidRequest(f"{place}: {reason}" if place else reason, place or None)


def _place(loc: Sequence[int | str], given: object) -> list[str]:
    """*loc* without the names of union members, which are no part of what was sent."""
    place: list[str] = []
    for index, part in enumerate(loc):
        if isinstance(given, dict) and part in given:
            given = cast(dict[object, object], given)[part]
        elif isinstance(given, list | tuple) and isinstance(part, int):
            given = cast(Sequence[object], given)[part]
        elif index < len(loc) - 1 or not isinstance(given, dict):
            continue
        place.append(str(part))
    return place
