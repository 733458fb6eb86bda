"""Every message that a client may send: the eleven of the Realtime API, and ours."""

from typing import Annotated, Any, Literal, cast, get_args

from pydantic import Field, ValidationError
from pydantic_core import from_json

from avatar_serving.affect.face import Gesture, Seen
from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol.base import FromClient, Id, Json, Milliseconds, Part, refusal
from avatar_serving.protocol.items import Item, ItemOrReference
from avatar_serving.protocol.session_config import (
    AudioFormat,
    FunctionTool,
    MaxTokens,
    Modalities,
    ToolChoice,
)


class SessionUpdate(FromClient):
    type: Literal["session.update"] = "session.update"
    session: dict[str, Any]
    """A partial session; merged deeply into the present one."""


class InputAudioBufferAppend(FromClient):
    type: Literal["input_audio_buffer.append"] = "input_audio_buffer.append"
    audio: str


class InputAudioBufferCommit(FromClient):
    type: Literal["input_audio_buffer.commit"] = "input_audio_buffer.commit"


class InputAudioBufferClear(FromClient):
    type: Literal["input_audio_buffer.clear"] = "input_audio_buffer.clear"


class ConversationItemCreate(FromClient):
    type: Literal["conversation.item.create"] = "conversation.item.create"
    item: Item
    previous_item_id: Id | None = None
    """Put the item behind this one; ``root``: first; None: last."""


class ConversationItemRetrieve(FromClient):
    type: Literal["conversation.item.retrieve"] = "conversation.item.retrieve"
    item_id: Id


class ConversationItemDelete(FromClient):
    type: Literal["conversation.item.delete"] = "conversation.item.delete"
    item_id: Id


class ConversationItemTruncate(FromClient):
    type: Literal["conversation.item.truncate"] = "conversation.item.truncate"
    item_id: Id
    content_index: int = Field(default=0, ge=0)
    audio_end_ms: Milliseconds


class ResponseAudioOutput(Part):
    format: AudioFormat | None = None
    voice: str | None = None


class ResponseAudio(Part):
    output: ResponseAudioOutput | None = None


class ResponseOptions(Part):
    """What one response is asked to be; what is absent is as the session says."""

    instructions: str | None = None
    output_modalities: Modalities | None = None
    max_output_tokens: MaxTokens | None = None
    audio: ResponseAudio | None = None
    conversation: Literal["auto", "none"] | None = None
    """``none``: out of band, the conversation does not remember the response."""
    input: tuple[ItemOrReference, ...] | None = None
    """What the model is told instead of the conversation."""
    tools: tuple[FunctionTool, ...] | None = None
    tool_choice: ToolChoice | None = None
    metadata: dict[str, str] | None = None


class ResponseCreate(FromClient):
    type: Literal["response.create"] = "response.create"
    response: ResponseOptions | None = None


class ResponseCancel(FromClient):
    type: Literal["response.cancel"] = "response.cancel"
    response_id: str | None = None


class OutputAudioBufferClear(FromClient):
    type: Literal["output_audio_buffer.clear"] = "output_audio_buffer.clear"


class AvatarMove(FromClient):
    """Nothing more will be said on this connection: the session may be moved."""

    type: Literal["avatar.move"] = "avatar.move"


class AvatarPlayback(FromClient):
    type: Literal["avatar.playback"] = "avatar.playback"
    item_id: Id
    played_ms: Milliseconds


class AvatarPlaybackReport(FromClient):
    """How an answer sounded and looked at the client, once it is over."""

    type: Literal["avatar.playback.report"] = "avatar.playback.report"
    item_id: Id
    underruns: int = Field(default=0, ge=0, le=1000)
    """Gaps that late sound left."""
    stalled_ms: Milliseconds = 0
    """Silence of these gaps together: how far the answer fell behind."""
    drift_ms: Milliseconds | None = None
    """Most that the picture was behind the sound; None: there was no picture."""


Share = Annotated[float, Field(ge=0, le=1)]


class AvatarAffect(FromClient):
    """A user's face as numbers: the mean of both sides, ARKit's 0..1."""

    type: Literal["avatar.affect"] = "avatar.affect"
    present: bool = True
    """A face is seen at all."""
    smile: Share = 0.0
    frown: Share = 0.0
    brow_raise: Share = 0.0
    brow_furrow: Share = 0.0
    eye_wide: Share = 0.0
    jaw_open: Share = 0.0
    nose_wrinkle: Share = 0.0
    attention: Share = 1.0
    """1: turned to the screen."""
    gesture: Gesture = "none"

    @property
    def seen(self) -> Seen:
        return Seen(
            smile=self.smile,
            frown=self.frown,
            brow_raise=self.brow_raise,
            brow_furrow=self.brow_furrow,
            eye_wide=self.eye_wide,
            jaw_open=self.jaw_open,
            nose_wrinkle=self.nose_wrinkle,
            attention=self.attention if self.present else 0.0,
            gesture=self.gesture,
        )


class AvatarFrame(FromClient):
    """What the user's camera shows now."""

    type: Literal["avatar.frame"] = "avatar.frame"
    image: str
    """``data:image/...;base64,...``"""


ClientEvent = (
    SessionUpdate
    | InputAudioBufferAppend
    | InputAudioBufferCommit
    | InputAudioBufferClear
    | ConversationItemCreate
    | ConversationItemRetrieve
    | ConversationItemDelete
    | ConversationItemTruncate
    | ResponseCreate
    | ResponseCancel
    | OutputAudioBufferClear
    | AvatarPlayback
    | AvatarPlaybackReport
    | AvatarFrame
    | AvatarMove
    | AvatarAffect
)

CLIENT_EVENTS: dict[str, type[ClientEvent]] = {
    str(event.model_fields["type"].default): event for event in get_args(ClientEvent)
}


def parse_client(text: str) -> ClientEvent:
    """Read one text frame.

    Raises:
        InvalidRequest: not JSON, not an event, or an event with a wrong field; says which.
    """
    message = _object(text)
    kind = message.get("type")
    event = CLIENT_EVENTS.get(kind) if isinstance(kind, str) else None
    if event is None:
        choices = ", ".join(CLIENT_EVENTS)
        raise InvalidRequest(f"type: no event {str(kind)[:80]!r}; there are: {choices}", "type")
    try:
        return event.model_validate(message)
    except ValidationError as error:
        raise refusal(error, message) from error


def event_id_of(text: str) -> str | None:
    """The id that a client gave to a message which is wrong otherwise, to answer with."""
    try:
        event_id = _object(text).get("event_id")
    except InvalidRequest:
        return None
    return event_id if isinstance(event_id, str) else None


def _object(text: str) -> Json:
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidRequest(f"the message is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidRequest("the message is not a JSON object")
    return cast(Json, value)
