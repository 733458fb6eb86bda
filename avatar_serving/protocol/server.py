"""Every message that the server sends. Names and fields are those of the Realtime API, GA."""

from typing import Literal

from pydantic import Field

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


class TokenDetails(Part):
    text_tokens: int = 0
    audio_tokens: int = 0


class Usage(Part):
    """Tokens as the language model counted its deltas; sound is not billed in tokens here."""

    total_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    input_token_details: TokenDetails = TokenDetails()
    output_token_details: TokenDetails = TokenDetails()


class StatusError(Part):
    type: str
    code: str


class StatusDetails(Part):
    type: Literal["completed", "cancelled", "failed", "incomplete"]
    reason: str | None = None
    error: StatusError | None = None


class Response(Part):
    id: str
    object: Literal["realtime.response"] = "realtime.response"
    status: Literal["in_progress", "completed", "cancelled", "failed", "incomplete"]
    status_details: StatusDetails | None = None
    output: tuple[Item, ...] = ()
    conversation_id: str | None = None
    output_modalities: tuple[Literal["audio", "text"], ...] = ("audio",)
    max_output_tokens: int | Literal["inf"] = "inf"
    metadata: dict[str, str] | None = None
    usage: Usage | None = None


class ResponseCreated(FromServer):
    type: Literal["response.created"] = "response.created"
    response: Response


class ResponseDone(FromServer):
    type: Literal["response.done"] = "response.done"
    response: Response


class _OutputItem(FromServer):
    response_id: str
    output_index: int = 0
    item: Item


class ResponseOutputItemAdded(_OutputItem):
    type: Literal["response.output_item.added"] = "response.output_item.added"


class ResponseOutputItemDone(_OutputItem):
    type: Literal["response.output_item.done"] = "response.output_item.done"


class _InItem(FromServer):
    """What belongs to one piece of content of one item of a response."""

    response_id: str
    item_id: str
    output_index: int = 0
    content_index: int = 0


class ContentPart(Part):
    type: Literal["audio", "text"]
    transcript: str | None = None
    text: str | None = None


class ResponseContentPartAdded(_InItem):
    type: Literal["response.content_part.added"] = "response.content_part.added"
    part: ContentPart


class ResponseContentPartDone(_InItem):
    type: Literal["response.content_part.done"] = "response.content_part.done"
    part: ContentPart


class ResponseOutputAudioDelta(_InItem):
    type: Literal["response.output_audio.delta"] = "response.output_audio.delta"
    delta: str


class ResponseOutputAudioDone(_InItem):
    type: Literal["response.output_audio.done"] = "response.output_audio.done"


class ResponseOutputAudioTranscriptDelta(_InItem):
    type: Literal["response.output_audio_transcript.delta"] = (
        "response.output_audio_transcript.delta"
    )
    delta: str


class ResponseOutputAudioTranscriptDone(_InItem):
    type: Literal["response.output_audio_transcript.done"] = (
        "response.output_audio_transcript.done"
    )
    transcript: str


class ResponseOutputTextDelta(_InItem):
    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    delta: str


class ResponseOutputTextDone(_InItem):
    type: Literal["response.output_text.done"] = "response.output_text.done"
    text: str


class RateLimit(Part):
    name: Literal["requests", "tokens"]
    limit: int
    remaining: int
    reset_seconds: float = 0


class RateLimitsUpdated(FromServer):
    type: Literal["rate_limits.updated"] = "rate_limits.updated"
    rate_limits: tuple[RateLimit, ...] = Field(default=())
