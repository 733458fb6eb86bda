"""What the server says on the realtime socket, as far as this client listens.

Written from docs/protocol.md and the OpenAI Realtime reference, apart from the server's own models,
so that the two check each other.
"""

import base64
import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from avatar_serving.errors import InvalidRequest


class Message(BaseModel):
    """What all of them carry; fields that this client does not need are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    seq: int | None = None
    """Its number, in a session that can be resumed."""


class Id(Message):
    id: str


class SessionCreated(Message):
    type: Literal["session.created"]
    session: Id


class SessionUpdated(Message):
    type: Literal["session.updated"]


class SpeechStarted(Message):
    type: Literal["input_audio_buffer.speech_started"]
    item_id: str
    audio_start_ms: int


class SpeechStopped(Message):
    type: Literal["input_audio_buffer.speech_stopped"]
    item_id: str
    audio_end_ms: int


class UserHeard(Message):
    type: Literal["conversation.item.input_audio_transcription.completed"]
    item_id: str
    transcript: str


class UserNotHeard(Message):
    type: Literal["conversation.item.input_audio_transcription.failed"]
    item_id: str


class ResponseCreated(Message):
    type: Literal["response.created"]
    response: Id


class AudioDelta(Message):
    type: Literal["response.output_audio.delta"]
    response_id: str
    item_id: str
    delta: str

    def sound(self) -> bytes:
        """24 kHz mono, signed 16-bit."""
        return base64.b64decode(self.delta)


class AudioDone(Message):
    type: Literal["response.output_audio.done"]
    response_id: str
    item_id: str


class TranscriptDelta(Message):
    type: Literal["response.output_audio_transcript.delta"]
    item_id: str
    delta: str


class TextDelta(Message):
    type: Literal["response.output_text.delta"]
    item_id: str
    delta: str


class Problem(Message):
    code: str | None = None
    message: str = ""


class Details(Message):
    error: Problem | None = None


class Response(Message):
    id: str
    status: str
    status_details: Details | None = None


class ResponseDone(Message):
    type: Literal["response.done"]
    response: Response


class Truncated(Message):
    type: Literal["conversation.item.truncated"]
    item_id: str
    audio_end_ms: int


class ItemPart(Message):
    transcript: str | None = None
    text: str | None = None
    """Where it was typed."""


class Item(Id):
    content: tuple[ItemPart, ...] = ()


class ItemRetrieved(Message):
    type: Literal["conversation.item.retrieved"]
    item: Item

    def transcript(self) -> str:
        """What the conversation keeps of what was said."""
        return " ".join(part.transcript for part in self.item.content if part.transcript)


class ErrorMessage(Message):
    type: Literal["error"]
    error: Problem


class Clip(Message):
    behaviour: str
    frames: str


class Clips(Message):
    type: Literal["avatar.clips"]
    fps: int
    channels: tuple[str, ...]
    clips: tuple[Clip, ...]


class State(Message):
    type: Literal["avatar.state"]
    state: Literal["idle", "listening", "thinking", "speaking"]


class ResumeToken(Message):
    type: Literal["avatar.resume_token"]
    token: str
    expires_in_s: float
    received: int | None = None


class Moving(Message):
    type: Literal["avatar.moving"]
    within_s: float


class AnimationStarted(Message):
    type: Literal["avatar.animation.started"]
    item_id: str
    fps: int
    channels: tuple[str, ...]


class AnimationDelta(Message):
    type: Literal["avatar.animation.delta"]
    item_id: str
    time_code: float
    frames: str


class AnimationDone(Message):
    type: Literal["avatar.animation.done"]
    item_id: str


class TimedWord(Message):
    text: str
    start_ms: float
    end_ms: float


class Words(Message):
    type: Literal["avatar.words"]
    item_id: str
    words: tuple[TimedWord, ...]


class TurnReport(Message):
    type: Literal["avatar.turn"]
    item_id: str
    timings_ms: dict[str, float | None]
    heard_text: str | None = None


class Other(Message):
    """An event that this client has no use for."""

    type: str


Known = (
    SessionCreated | SessionUpdated | SpeechStarted | SpeechStopped | UserHeard | UserNotHeard
    | ResponseCreated | AudioDelta | AudioDone | TranscriptDelta | TextDelta | ResponseDone
    | Truncated | ErrorMessage | Clips | State | AnimationStarted | AnimationDelta | AnimationDone
    | Words | TurnReport | ResumeToken | Moving | ItemRetrieved
)  # fmt: skip
ServerMessage = Known | Other

_known: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Field(discriminator="type")])
_TYPES = frozenset(
    str(field.annotation.__args__[0])
    for model in Known.__args__
    if (field := model.model_fields["type"]).annotation is not None
)


def parse(text: str) -> ServerMessage:
    """Raises:
    InvalidRequest: not JSON, or a known event without a field it must have.
    """
    try:
        kind = Other.model_validate_json(text).type
        return _known.validate_json(text) if kind in _TYPES else Other(type=kind)
    except ValueError as error:
        raise InvalidRequest(f"the server sent a message out of protocol: {error}") from error


def dump(kind: str, **fields: object) -> str:
    """One client event as JSON text."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))
