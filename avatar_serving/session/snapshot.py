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
    """What was said, and what the language model is told of it."""

    id: str
    items: tuple[Item, ...]
    """In order; of an answer that was being given, what had been sent."""
    uttered: dict[str, Uttered]
    untold: tuple[str, ...]
    """Ids of what the language model's window has left behind."""
    hidden: tuple[str, ...]
    """Ids of what it is never told."""
    summarised: tuple[str, ...]
    summary: str


class Unfinished(_Kept):
    """An answer that was being given."""

    response_id: str | None
    """Of a response that the client still waits for; None: it knows that this one has ended."""
    spoken: bool
    said: str
    """What the client has of it. It may sound for a while yet, and counts as heard."""
    rest: str
    """What is known to come next."""
    whole: bool
    """Nothing comes after the rest."""


class SessionSnapshot(_Kept):
    """All that another gateway needs to go on with a session."""

    config: SessionConfig
    identity: Identity
    secret: dict[str, Any] | None
    conversation: ConversationSnapshot
    unfinished: Unfinished | None = None
    hearing: str = ""
    """What the user was saying: base64 of 16 kHz mono, signed 16-bit."""
    seq: int = 0
    """The number of the last message said to the client."""
    received: int = 0
    """Messages of the client that were taken note of."""
