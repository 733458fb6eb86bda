"""The options of a realtime session, and how a partial update changes them."""

from collections.abc import Sequence
from typing import Annotated, Literal, cast

from pydantic import BeforeValidator, Field, JsonValue, ValidationError

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol.base import Json, Part, refusal


class Pcm(Part):
    """16-bit little endian, mono, 24 kHz."""

    type: Literal["audio/pcm"] = "audio/pcm"
    rate: Literal[24000] = 24000


class Pcmu(Part):
    """G.711 mu-law, 8 kHz."""

    type: Literal["audio/pcmu"] = "audio/pcmu"


class Pcma(Part):
    """G.711 A-law, 8 kHz."""

    type: Literal["audio/pcma"] = "audio/pcma"


AudioFormat = Annotated[Pcm | Pcmu | Pcma, Field(discriminator="type")]


class ServerVad(Part):
    """The user's turn ends after a fixed silence."""

    type: Literal["server_vad"] = "server_vad"
    threshold: float = Field(default=0.5, ge=0, le=1)
    """Probability of speech from which it counts as speech."""
    prefix_padding_ms: int = Field(default=300, ge=0, le=2000)
    silence_duration_ms: int = Field(default=500, ge=64, le=10_000)
    idle_timeout_ms: int | None = Field(default=None, ge=5000, le=30_000)
    """Silence after an answer after which the avatar speaks by itself."""
    create_response: bool = True
    interrupt_response: bool = True


class SemanticVad(Part):
    """The user's turn ends when a model believes that it has."""

    type: Literal["semantic_vad"] = "semantic_vad"
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True


TurnDetection = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class Transcription(Part):
    """What is known of the user's speech. Which model recognises it is the profile's choice."""

    model: str = "default"
    """Kept and told back; clients insist on a name."""
    language: str | None = None
    prompt: str | None = None


class NoiseReduction(Part):
    """Kept and told back; browsers and telephones reduce noise themselves, and we add nothing."""

    type: Literal["near_field", "far_field"] = "near_field"


class AudioInput(Part):
    format: AudioFormat = Pcm()
    transcription: Transcription | None = Transcription()
    noise_reduction: NoiseReduction | None = None
    turn_detection: TurnDetection | None = SemanticVad()
    """None: the client commits turns by hand."""


def _voice_name(voice: object) -> object:
    """The API also allows ``{"id": ...}``."""
    return cast(Json, voice).get("id") if isinstance(voice, dict) else voice


class AudioOutput(Part):
    format: AudioFormat = Pcm()
    voice: Annotated[str, BeforeValidator(_voice_name)] = ""
    """An id of the voice catalogue; empty: the avatar's own."""
    speed: float = Field(default=1.0, ge=0.25, le=1.5)


class Audio(Part):
    input: AudioInput = AudioInput()
    output: AudioOutput = AudioOutput()


class FunctionTool(Part):
    type: Literal["function"] = "function"
    name: str
    description: str = ""
    parameters: dict[str, JsonValue] = {}


class NamedFunction(Part):
    type: Literal["function"] = "function"
    name: str


ToolChoice = Literal["auto", "none", "required"] | NamedFunction
MaxTokens = Annotated[int, Field(ge=1, le=4096)] | Literal["inf"]


def _one_modality(value: object) -> object:
    if isinstance(value, list | tuple) and len(cast(Sequence[object], value)) != 1:
        raise ValueError('["audio"] or ["text"]; sound always comes with its text')
    return value


Modalities = Annotated[tuple[Literal["audio", "text"]], BeforeValidator(_one_modality)]
"""Sound with a transcript, or text alone: never both."""


class AvatarOptions(Part):
    """Ours: whom to talk to, in which language, how high the voice is, and who talks."""

    id: str | None = None
    language: Literal["auto", "en", "zh", "yue"] = "auto"
    """A profile may not have engines for all of them: see ``GET /v1/languages``."""
    pitch: float = Field(default=0.0, ge=-6, le=6)
    """Semitones above the voice's own."""
    user: str = Field(default="", max_length=128)
    """Who the user is, by a name that their application gives them; empty: nobody known."""
    remember: bool = False
    """The user agrees that the avatar remembers what they say of themselves."""


class SessionConfig(Part):
    """The session object, as it is told back in ``session.created`` and ``session.updated``."""

    id: str = ""
    object: Literal["realtime.session"] = "realtime.session"
    type: Literal["realtime"] = "realtime"
    expires_at: int | None = None
    """Seconds since 1970."""
    model: str = "default"
    output_modalities: Modalities = ("audio",)
    instructions: str = ""
    audio: Audio = Audio()
    tools: tuple[FunctionTool, ...] = ()
    tool_choice: ToolChoice = "auto"
    max_output_tokens: MaxTokens = "inf"
    avatar: AvatarOptions = AvatarOptions()

    @property
    def spoken(self) -> bool:
        return self.output_modalities == ("audio",)

    @property
    def detection(self) -> ServerVad | SemanticVad | None:
        return self.audio.input.turn_detection

    @property
    def language(self) -> str:
        """auto, en, zh ...: the one that transcription was told, or the avatar's."""
        transcription = self.audio.input.transcription
        told = transcription.language if transcription else None
        return told.split("-")[0].lower() if told else self.avatar.language

    @property
    def max_tokens(self) -> int | None:
        """None: as many as the service allows."""
        return None if self.max_output_tokens == "inf" else self.max_output_tokens


_FIXED = ("id", "object", "expires_at", "model")
"""What a session is, not what it does: no update changes it."""
_WHOLE = ("format", "tool_choice")
"""Objects of which a part makes no sense."""
_NULLABLE = ("turn_detection", "transcription", "noise_reduction", "idle_timeout_ms", "language",
             "prompt", "id")  # fmt: skip
_MOVED = {
    "modalities": "output_modalities",
    "voice": "audio.output.voice",
    "speed": "audio.output.speed",
    "input_audio_format": "audio.input.format",
    "output_audio_format": "audio.output.format",
    "input_audio_transcription": "audio.input.transcription",
    "input_audio_noise_reduction": "audio.input.noise_reduction",
    "turn_detection": "audio.input.turn_detection",
    "max_response_output_tokens": "max_output_tokens",
}


def merge(current: SessionConfig, patch: Json, where: str = "session") -> SessionConfig:
    """*current* with the fields of *patch* changed, however deep, and nothing else.

    ``turn_detection: null`` means manual; another ``type`` of it starts from that type's defaults.
    A null where null means nothing leaves the field as it is. Who the session is (id, model) stays.

    Raises:
        InvalidRequest: a value out of its limits, or a field of the API before GA.
    """
    for name in patch:
        if name in _MOVED and patch[name] is not None:
            raise InvalidRequest(
                f"{where}.{name} is not part of the GA API; use {where}.{_MOVED[name]}",
                f"{where}.{name}",
            )
    changes = {name: value for name, value in patch.items() if name not in _FIXED}
    merged = _merged(current.model_dump(mode="json"), changes)
    try:
        return SessionConfig.model_validate(merged)
    except ValidationError as error:
        raise refusal(error, merged, where) from error


def _merged(base: Json, patch: Json) -> Json:
    result = dict(base)
    for name, value in patch.items():
        old = result.get(name)
        if value is None and name not in _NULLABLE:
            continue
        if name == "turn_detection" and isinstance(value, dict):
            result[name] = _merged_detection(old, value)
        elif isinstance(value, dict) and isinstance(old, dict) and name not in _WHOLE:
            result[name] = _merged(old, value)
        else:
            result[name] = value
    return result


def _merged_detection(old: JsonValue, patch: Json) -> Json:
    kept: Json = old if isinstance(old, dict) else {"type": "server_vad"}
    if patch.get("type") not in (None, kept["type"]):
        kept = {}
    return _merged(kept, patch)
