"""Every message that a client may send: the eleven of the Realtime API, and one of ours."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol.base import FromClient, Part, first_fault
from avatar_serving.protocol.items import Item


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
    previous_item_id: str | None = None


class ConversationItemRetrieve(FromClient):
    type: Literal["conversation.item.retrieve"] = "conversation.item.retrieve"
    item_id: str


class ConversationItemDelete(FromClient):
    type: Literal["conversation.item.delete"] = "conversation.item.delete"
    item_id: str


class ConversationItemTruncate(FromClient):
    type: Literal["conversation.item.truncate"] = "conversation.item.truncate"
    item_id: str
    content_index: int = Field(default=0, ge=0)
    audio_end_ms: int = Field(ge=0)


class ResponseOptions(Part):
    """What one response is asked to be; what is absent is as the session says."""

    instructions: str | None = None
    output_modalities: tuple[Literal["audio", "text"], ...] | None = None
    max_output_tokens: int | Literal["inf"] | None = None


class ResponseCreate(FromClient):
    type: Literal["response.create"] = "response.create"
    response: ResponseOptions | None = None


class ResponseCancel(FromClient):
    type: Literal["response.cancel"] = "response.cancel"
    response_id: str | None = None


class OutputAudioBufferClear(FromClient):
    type: Literal["output_audio_buffer.clear"] = "output_audio_buffer.clear"


class AvatarPlayback(FromClient):
    type: Literal["avatar.playback"] = "avatar.playback"
    item_id: str
    played_ms: int = Field(ge=0)


ClientEvent = Annotated[
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
    | AvatarPlayback,
    Field(discriminator="type"),
]
_adapter: TypeAdapter[ClientEvent] = TypeAdapter(ClientEvent)


def parse_client(text: str) -> ClientEvent:
    """Read one text frame.

    Raises:
        InvalidRequest: not JSON, not an event, or an event with a wrong field; says which.
    """
    try:
        return _adapter.validate_json(text)
    except ValidationError as error:
        where, why = first_fault(error.errors(include_url=False))
        raise InvalidRequest(f"{where}: {why}" if where else why, where or None) from error
