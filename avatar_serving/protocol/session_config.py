"""The session object of the Realtime API, GA version, and how a partial update changes it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol.base import first_fault

Json = dict[str, Any]


class Section(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Pcm(Section):
    type: Literal["audio/pcm"] = "audio/pcm"
    rate: Literal[24000] = 24000


class Pcmu(Section):
    type: Literal["audio/pcmu"] = "audio/pcmu"


class Pcma(Section):
    type: Literal["audio/pcma"] = "audio/pcma"


AudioFormat = Annotated[Pcm | Pcmu | Pcma, Field(discriminator="type")]


class ServerVad(Section):
    """The turn ends after a fixed silence."""

    type: Literal["server_vad"] = "server_vad"
    threshold: float = Field(default=0.5, ge=0, le=1)
    prefix_padding_ms: int = Field(default=300, ge=0, le=2000)
    silence_duration_ms: int = Field(default=500, ge=64, le=10_000)
    idle_timeout_ms: int | None = Field(default=None, ge=5000, le=30_000)
    create_response: bool = True
    interrupt_response: bool = True


class SemanticVad(Section):
    """The turn ends when a model finds that the sentence is complete."""

    type: Literal["semantic_vad"] = "semantic_vad"
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True


TurnDetection = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class Transcription(Section):
    model: str | None = None
    language: str | None = None
    prompt: str | None = None


class NoiseReduction(Section):
    type: Literal["near_field", "far_field"] = "near_field"


class AudioInput(Section):
    format: AudioFormat = Pcm()
    transcription: Transcription | None = Transcription()
    noise_reduction: NoiseReduction | None = None
    turn_detection: TurnDetection | None = SemanticVad()


class AudioOutput(Section):
    format: AudioFormat = Pcm()
    voice: str = ""
    speed: float = Field(default=1.0, ge=0.25, le=1.5)

    @field_validator("voice", mode="before")
    @classmethod
    def _voice_object(cls, voice: Any) -> Any:
        """The API also allows ``{"id": ...}``."""
        return voice.get("id") if isinstance(voice, dict) else voice


class Audio(Section):
    input: AudioInput = AudioInput()
    output: AudioOutput = AudioOutput()


class AvatarOptions(Section):
    """Ours: whom to talk to, and in which language."""

    id: str | None = None
    language: str = "auto"


class SessionConfig(Section):
    type: Literal["realtime"] = "realtime"
    object: Literal["realtime.session"] = "realtime.session"
    id: str = ""
    model: str = "default"
    output_modalities: list[Literal["audio", "text"]] = Field(
        default=["audio"], min_length=1, max_length=1
    )
    instructions: str = ""
    audio: Audio = Audio()
    tools: list[Json] = []
    tool_choice: str | Json = "auto"
    max_output_tokens: int | Literal["inf"] = "inf"
    expires_at: int | None = None
    avatar: AvatarOptions = AvatarOptions()

    @property
    def spoken(self) -> bool:
        return self.output_modalities == ["audio"]

    @property
    def detection(self) -> ServerVad | SemanticVad | None:
        return self.audio.input.turn_detection

    @property
    def language(self) -> str:
        """auto, en, zh ...: the avatar's, or the one that transcription was told."""
        transcription = self.audio.input.transcription
        told = transcription.language if transcription else None
        return told or self.avatar.language

    @property
    def max_tokens(self) -> int | None:
        return None if self.max_output_tokens == "inf" else self.max_output_tokens


def merge(current: SessionConfig, patch: Json) -> SessionConfig:
    """*current* changed by a partial ``session.update``: deeply, field by field.

    Raises:
        InvalidRequest: a field has a wrong value; names it.
    """
    merged = _deep(current.model_dump(), patch)
    try:
        return SessionConfig.model_validate(merged)
    except ValidationError as error:
        where, why = first_fault(error.errors(include_url=False))
        raise InvalidRequest(f"session.{where}: {why}", f"session.{where}") from error


def _deep(old: Json, patch: Json) -> Json:
    merged = dict(old)
    for key, value in patch.items():
        before = merged.get(key)
        if isinstance(value, dict) and isinstance(before, dict) and _same_kind(before, value):
            merged[key] = _deep(before, value)
        else:
            merged[key] = value
    return merged


def _same_kind(before: Json, value: Json) -> bool:
    """An object of another ``type`` replaces the old one with its own defaults."""
    return "type" not in value or before.get("type") == value["type"]
