"""Server messages about one response: its items, its sound, its text."""

from typing import Literal

from pydantic import Field

from avatar_serving.protocol.base import FromServer, Part, absent
from avatar_serving.protocol.items import Item
from avatar_serving.protocol.session_config import AudioFormat, MaxTokens, Modalities


class TokenDetails(Part):
    text_tokens: int = 0
    audio_tokens: int = 0


class InputTokenDetails(TokenDetails):
    cached_tokens: int = 0
    """Of all: read for an earlier response and remembered."""


class Usage(Part):
    """Tokens as the language model counted them; sound is not counted in tokens here."""

    total_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    input_token_details: InputTokenDetails = InputTokenDetails()
    output_token_details: TokenDetails = TokenDetails()


class StatusError(Part):
    type: str
    code: str
    message: str | None = None


class StatusDetails(Part):
    type: Literal["completed", "cancelled", "failed", "incomplete"]
    reason: str | None = None
    error: StatusError | None = None


class ResponseAudioOutput(Part):
    format: AudioFormat | None = None
    voice: str | None = None


class ResponseAudio(Part):
    output: ResponseAudioOutput = ResponseAudioOutput()


class Response(Part):
    id: str
    object: Literal["realtime.response"] = "realtime.response"
    status: Literal["in_progress", "completed", "cancelled", "failed", "incomplete"]
    status_details: StatusDetails | None = None
    output: tuple[Item, ...] = ()
    conversation_id: str | None = None
    output_modalities: Modalities = ("audio",)
    audio: ResponseAudio = ResponseAudio()
    max_output_tokens: MaxTokens = "inf"
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
    """Sound is called ``audio`` here, where items say ``output_audio``."""

    type: Literal["audio", "text"]
    transcript: str | None = Field(default=None, exclude_if=absent)
    text: str | None = Field(default=None, exclude_if=absent)


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
    type: Literal["response.output_audio_transcript.done"] = "response.output_audio_transcript.done"
    transcript: str


class ResponseOutputTextDelta(_InItem):
    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    delta: str


class ResponseOutputTextDone(_InItem):
    type: Literal["response.output_text.done"] = "response.output_text.done"
    text: str


class _OfCall(FromServer):
    response_id: str
    item_id: str
    output_index: int = 0
    call_id: str


class ResponseFunctionCallArgumentsDelta(_OfCall):
    type: Literal["response.function_call_arguments.delta"] = (
        "response.function_call_arguments.delta"
    )
    delta: str


class ResponseFunctionCallArgumentsDone(_OfCall):
    type: Literal["response.function_call_arguments.done"] = "response.function_call_arguments.done"
    name: str
    arguments: str
