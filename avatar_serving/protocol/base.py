"""What all messages of the realtime socket share."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.protocol.ids import new_id


class Part(BaseModel):
    """A piece of a message. Fields we do not know are ignored: clients send many."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class FromClient(Part):
    event_id: str | None = None


class FromServer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: str = Field(default_factory=lambda: new_id("event"))


def dump(event: FromServer) -> str:
    """One text frame."""
    return event.model_dump_json(exclude_unset=False)


def first_fault(errors: list[Any]) -> tuple[str, str]:
    """Where a message is wrong, and how, from a pydantic error list."""
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"])
    return where, first["msg"]
