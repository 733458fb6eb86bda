"""All that a session must know to go on elsewhere: on another gateway, or after a restart."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from avatar_serving.media import Word
from avatar_serving.protocol.items import Item
from avatar_serving.protocol.session_config import SessionConfig
from avatar_serving.session.powers import Identity


class _Kept(BaseModel):
    """JSON and back; unknown fields mean another version, and are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Uttered(_Kept):
    """An answer that sounded: it may still be cut to what was heard."""

    text: str
    words: tuple[Word, ...]


class ConversationSnapshot(_Kept):
    id: str
    items: tuple[Item, ...]
    """In order; of answers that were sounding, what had been heard."""
    uttered: dict[str, Uttered]
    untold: tuple[str, ...]
    """Ids of what the language model's window has left behind."""
    hidden: tuple[str, ...]
    """Ids of what it is never told."""
    summarised: tuple[str, ...]
    summary: str


class SessionSnapshot(_Kept):
    config: SessionConfig
    identity: Identity
    secret: dict[str, Any] | None
    conversation: ConversationSnapshot
    seq: int = 0
    """The number of the last message said to the client."""
