"""Server messages about the session, the user's sound, and the items of the conversation."""

from typing import Literal

from avatar_serving.protocol.base import FromServer, Part
from avatar_serving.protocol.items import Item
from avatar_serving.protocol.session_config import SessionConfig


class ErrorBody(Part):
    type: Literal["invalid_request_error", "server_error"]
    code: str
    message: str
    param: str | None = None
    event_id: str | None = None
    """The client's message that caused it."""


class Error(FromServer):
    type: Literal["error"] = "error"
    error: ErrorBody


class SessionCreated(FromServer):
    type: Literal["session.created"] = "session.created"
    session: SessionConfig


class SessionUpdated(FromServer):
    type: Literal["session.updated"] = "session.updated"
    session: SessionConfig


class InputAudioBufferSpeechStarted(FromServer):
    type: Literal["input_audio_buffer.speech_started"] = "input_audio_buffer.speech_started"
    audio_start_ms: int
    item_id: str


class InputAudioBufferSpeechStopped(FromServer):
    type: Literal["input_audio_buffer.speech_stopped"] = "input_audio_buffer.speech_stopped"
    audio_end_ms: int
    item_id: str


class InputAudioBufferCommitted(FromServer):
    type: Literal["input_audio_buffer.committed"] = "input_audio_buffer.committed"
    item_id: str
    previous_item_id: str | None = None


class InputAudioBufferCleared(FromServer):
    type: Literal["input_audio_buffer.cleared"] = "input_audio_buffer.cleared"


class InputAudioBufferTimeoutTriggered(FromServer):
    """Nobody spoke for ``idle_timeout_ms`` after an answer."""

    type: Literal["input_audio_buffer.timeout_triggered"] = "input_audio_buffer.timeout_triggered"
    audio_start_ms: int
    audio_end_ms: int
    item_id: str


class ConversationItemAdded(FromServer):
    type: Literal["conversation.item.added"] = "conversation.item.added"
    item: Item
    previous_item_id: str | None = None


class ConversationItemDone(FromServer):
    type: Literal["conversation.item.done"] = "conversation.item.done"
    item: Item
    previous_item_id: str | None = None


class ConversationItemRetrieved(FromServer):
    type: Literal["conversation.item.retrieved"] = "conversation.item.retrieved"
    item: Item


class ConversationItemDeleted(FromServer):
    type: Literal["conversation.item.deleted"] = "conversation.item.deleted"
    item_id: str


class ConversationItemTruncated(FromServer):
    type: Literal["conversation.item.truncated"] = "conversation.item.truncated"
    item_id: str
    content_index: int = 0
    audio_end_ms: int


class DurationUsage(Part):
    type: Literal["duration"] = "duration"
    seconds: float


class InputAudioTranscriptionCompleted(FromServer):
    type: Literal["conversation.item.input_audio_transcription.completed"] = (
        "conversation.item.input_audio_transcription.completed"
    )
    item_id: str
    content_index: int = 0
    transcript: str
    usage: DurationUsage


class InputAudioTranscriptionDelta(FromServer):
    """More of what is recognised while the user is still speaking."""

    type: Literal["conversation.item.input_audio_transcription.delta"] = (
        "conversation.item.input_audio_transcription.delta"
    )
    item_id: str
    content_index: int = 0
    delta: str


class TranscriptionError(Part):
    type: str = "transcription_error"
    code: str
    message: str
    param: str | None = None


class InputAudioTranscriptionFailed(FromServer):
    type: Literal["conversation.item.input_audio_transcription.failed"] = (
        "conversation.item.input_audio_transcription.failed"
    )
    item_id: str
    content_index: int = 0
    error: TranscriptionError


class RateLimit(Part):
    name: Literal["requests", "tokens"]
    limit: int
    remaining: int
    reset_seconds: float = 0


class RateLimitsUpdated(FromServer):
    type: Literal["rate_limits.updated"] = "rate_limits.updated"
    rate_limits: tuple[RateLimit, ...] = ()
