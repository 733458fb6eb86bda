"""Every message that the server sends. Names and fields are those of the Realtime API, GA."""

from typing import cast, get_args

from pydantic import ValidationError
from pydantic_core import from_json

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol.avatar import (
    AvatarAnimationDelta,
    AvatarAnimationDone,
    AvatarAnimationStarted,
    AvatarClips,
    AvatarMood,
    AvatarMoving,
    AvatarQueued,
    AvatarResumeToken,
    AvatarState,
    AvatarTurn,
    AvatarWords,
)
from avatar_serving.protocol.base import Json, dump, refusal
from avatar_serving.protocol.conversation import (
    ConversationItemAdded,
    ConversationItemDeleted,
    ConversationItemDone,
    ConversationItemRetrieved,
    ConversationItemTruncated,
    DurationUsage,
    Error,
    ErrorBody,
    InputAudioBufferCleared,
    InputAudioBufferCommitted,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
    InputAudioTranscriptionCompleted,
    InputAudioTranscriptionDelta,
    InputAudioTranscriptionFailed,
    RateLimit,
    RateLimitsUpdated,
    SessionCreated,
    SessionUpdated,
    TranscriptionError,
)
from avatar_serving.protocol.responses import (
    ContentPart,
    InputTokenDetails,
    Response,
    ResponseAudio,
    ResponseAudioOutput,
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseCreated,
    ResponseDone,
    ResponseFunctionCallArgumentsDelta,
    ResponseFunctionCallArgumentsDone,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseOutputItemAdded,
    ResponseOutputItemDone,
    ResponseOutputTextDelta,
    ResponseOutputTextDone,
    StatusDetails,
    StatusError,
    TokenDetails,
    Usage,
)

__all__ = [
    "ContentPart",
    "DurationUsage",
    "ErrorBody",
    "InputTokenDetails",
    "RateLimit",
    "Response",
    "ResponseAudio",
    "ResponseAudioOutput",
    "StatusDetails",
    "StatusError",
    "TokenDetails",
    "TranscriptionError",
    "Usage",
    "dump",
]

ServerEvent = (
    AvatarClips
    | AvatarResumeToken
    | AvatarMood
    | AvatarMoving
    | AvatarQueued
    | AvatarState
    | AvatarAnimationStarted
    | AvatarAnimationDelta
    | AvatarAnimationDone
    | AvatarWords
    | AvatarTurn
    | Error
    | SessionCreated
    | SessionUpdated
    | InputAudioBufferSpeechStarted
    | InputAudioBufferSpeechStopped
    | InputAudioBufferCommitted
    | InputAudioBufferCleared
    | InputAudioBufferTimeoutTriggered
    | ConversationItemAdded
    | ConversationItemDone
    | ConversationItemRetrieved
    | ConversationItemDeleted
    | ConversationItemTruncated
    | InputAudioTranscriptionCompleted
    | InputAudioTranscriptionDelta
    | InputAudioTranscriptionFailed
    | RateLimitsUpdated
    | ResponseCreated
    | ResponseDone
    | ResponseOutputItemAdded
    | ResponseOutputItemDone
    | ResponseContentPartAdded
    | ResponseContentPartDone
    | ResponseOutputAudioDelta
    | ResponseOutputAudioDone
    | ResponseOutputAudioTranscriptDelta
    | ResponseOutputAudioTranscriptDone
    | ResponseOutputTextDelta
    | ResponseOutputTextDone
    | ResponseFunctionCallArgumentsDelta
    | ResponseFunctionCallArgumentsDone
)

SERVER_EVENTS: dict[str, type[ServerEvent]] = {
    str(event.model_fields["type"].default): event for event in get_args(ServerEvent)
}


def parse_server(text: str) -> ServerEvent:
    """Read back what ``dump`` wrote: for clients and tests.

    Raises:
        InvalidRequest: not a message of this protocol.
    """
    try:
        message = cast(Json, from_json(text))
        event = SERVER_EVENTS[str(message["type"])]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidRequest(f"not a server event: {error}") from error
    try:
        return event.model_validate(message)
    except ValidationError as error:
        raise refusal(error, message) from error
