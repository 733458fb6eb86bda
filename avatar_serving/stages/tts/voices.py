"""The catalogue of voices."""

from dataclasses import dataclass
from typing import Literal

from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.media import SpeechRequest

Gender = Literal["female", "male", "none"]

SLOWEST, FASTEST = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Voice:
    id: str
    name: str
    """As shown to people."""
    language: str
    """What it was recorded in: en, zh."""
    gender: Gender
    tags: tuple[str, ...]
    engine: str
    licence_class: Literal["commercial", "non-commercial", "unknown"] = "commercial"


def find_in(voices: tuple[Voice, ...], voice_id: str) -> Voice:
    """
    Raises:
        NotFound: no such voice.
    """
    for voice in voices:
        if voice.id == voice_id:
            return voice
    raise NotFound("voice", voice_id)


def voice_for(voices: tuple[Voice, ...], request: SpeechRequest) -> Voice:
    """The voice that a request names, once the rest of it is seen to make sense.

    Raises:
        NotFound: no such voice.
        InvalidRequest: a speed out of range.
    """
    if not SLOWEST <= request.speed <= FASTEST:
        raise InvalidRequest(f"speed must be {SLOWEST} to {FASTEST}, not {request.speed}", "speed")
    return find_in(voices, request.voice)
