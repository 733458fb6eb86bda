"""The messages of NVIDIA's Audio2Face-3D service, by the field numbers of its public API (1.2).

Only what this client says and understands; other fields are skipped. On the wire an enumeration is
an integer and a map is a list of pairs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from avatar_serving.errors import MissingExtra

METHOD = "/nvidia_ace.services.a2f_controller.v1.A2FControllerService/ProcessAudioStream"
SUCCESS, ERROR = 0, 3
"""Codes of a Status."""
_BITS = 16

_MESSAGES: dict[str, tuple[tuple[int, str, str], ...]] = {
    "AudioHeader": (
        (1, "audio_format", "uint32"), (2, "channel_count", "uint32"),
        (3, "samples_per_second", "uint32"), (4, "bits_per_sample", "uint32"),
    ),
    "FloatParameter": ((1, "key", "string"), (2, "value", "float")),
    "FaceParameters": ((1, "float_params", "[FloatParameter]"),),
    "EmotionPostProcessingParameters": ((5, "emotion_strength", "float"),),
    "BlendShapeParameters": ((3, "enable_clamping_bs_weight", "bool"),),
    "AudioStreamHeader": (
        (1, "audio_header", "AudioHeader"), (2, "face_params", "FaceParameters"),
        (3, "emotion_post_processing_params", "EmotionPostProcessingParameters"),
        (4, "blendshape_params", "BlendShapeParameters"),
    ),
    "AudioWithEmotion": ((1, "audio_buffer", "bytes"),),
    "EndOfAudio": (),
    "AudioStream": (
        (1, "audio_stream_header", "AudioStreamHeader"),
        (2, "audio_with_emotion", "AudioWithEmotion"), (3, "end_of_audio", "EndOfAudio"),
    ),
    "SkelAnimationHeader": ((1, "blend_shapes", "[string]"),),
    "AnimationDataStreamHeader": ((2, "skel_animation_header", "SkelAnimationHeader"),),
    "FloatArrayWithTimeCode": ((1, "time_code", "double"), (2, "values", "[float]")),
    "SkelAnimation": ((1, "blend_shape_weights", "[FloatArrayWithTimeCode]"),),
    "AnimationData": ((1, "skel_animation", "SkelAnimation"),),
    "Status": ((1, "code", "uint32"), (2, "message", "string")),
    "AnimationDataStream": (
        (1, "animation_data_stream_header", "AnimationDataStreamHeader"),
        (2, "animation_data", "AnimationData"), (4, "status", "Status"),
    ),
}  # fmt: skip
"""Number, name and type of each field; in brackets: repeated."""


@dataclass(frozen=True, slots=True)
class Names:
    """Of the weights that follow, in their order."""

    shapes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the face at one time, in seconds of the sound."""

    at_s: float
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the service says of the work."""

    code: int
    text: str


def greeting(sample_rate: int, face: Mapping[str, float]) -> bytes:
    """The first message: mono PCM of 16 bits follows. The service shows no emotion of its own."""
    header = {
        "audio_header": {
            "audio_format": 0, "channel_count": 1,
            "samples_per_second": sample_rate, "bits_per_sample": _BITS,
        },
        "face_params": {"float_params": [{"key": k, "value": v} for k, v in face.items()]},
        "emotion_post_processing_params": {"emotion_strength": 0.0},
        "blendshape_params": {"enable_clamping_bs_weight": True},
    }  # fmt: skip
    return message("AudioStream")(audio_stream_header=header).SerializeToString()


def sound(pcm: bytes) -> bytes:
    """A message with mono samples, signed 16-bit little endian."""
    return message("AudioStream")(audio_with_emotion={"audio_buffer": pcm}).SerializeToString()


def farewell() -> bytes:
    """The last message."""
    return message("AudioStream")(end_of_audio={}).SerializeToString()


def understood(content: bytes) -> list[Names | Weights | Verdict]:
    """What an answer says. Raises ValueError: it is no such message."""
    from google.protobuf.message import DecodeError

    try:
        answer = message("AnimationDataStream").FromString(content)
    except DecodeError as error:
        raise ValueError(str(error)) from error
    if answer.HasField("animation_data_stream_header"):
        header = answer.animation_data_stream_header.skel_animation_header
        return [Names(tuple(header.blend_shapes))]
    if answer.HasField("status"):
        return [Verdict(answer.status.code, answer.status.message)]
    rows = answer.animation_data.skel_animation.blend_shape_weights
    return [Weights(row.time_code, tuple(row.values)) for row in rows]


def message(name: str) -> Any:
    """The class of a message, as protobuf makes it. Raises MissingExtra."""
    return _classes()[name]


@cache
def _classes() -> dict[str, Any]:
    try:
        from google.protobuf.descriptor_pb2 import FileDescriptorProto
        from google.protobuf.descriptor_pool import DescriptorPool
        from google.protobuf.message_factory import GetMessageClass
    except ImportError as error:
        raise MissingExtra("protobuf", "audio2face") from error

    # In proto2 a zero that is set is sent: without it the service's own default would hold.
    file = FileDescriptorProto(name="audio2face.proto", package="audio2face", syntax="proto2")
    for name, fields in _MESSAGES.items():
        described = file.message_type.add(name=name)
        for number, field, kind in fields:
            _add_field(described, number, field, kind)
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    found = pool.FindMessageTypeByName
    return {name: GetMessageClass(found(f"audio2face.{name}")) for name in _MESSAGES}


def _add_field(described: Any, number: int, name: str, kind: str) -> None:
    field = described.field.add(name=name, number=number)
    repeated, kind = kind.startswith("["), kind.strip("[]")
    field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
    if kind in _MESSAGES:
        field.type, field.type_name = field.TYPE_MESSAGE, f".audio2face.{kind}"
    else:
        field.type = getattr(field, f"TYPE_{kind.upper()}")
    if repeated and kind == "float":
        field.options.packed = True
