"""The catalogue of voices."""

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.media import SpeechRequest
from avatar_serving.stages.tts.pitch import check_pitch
from avatar_serving.stages.tts.styles import Measure, style_tags

Gender = Literal["female", "male", "none"]

SLOWEST, FASTEST = 0.5, 2.0

_MEASURES = Path(__file__).with_name("voice_measures.json")
_CHILD_ST = 17.0
"""Recorded voices from here on, in semitones above 100 Hz, are as high as a child's (267 Hz)."""


@dataclass(frozen=True, slots=True)
class Voice:
    id: str
    name: str
    """As shown to people."""
    language: str
    """What it was recorded in: en, zh."""
    gender: Gender
    tags: tuple[str, ...]
    """Accent, age (adult or child), and style as measured: see styles.py."""
    engine: str
    licence_class: Literal["commercial", "non-commercial", "unknown"] = "commercial"
    base: str = ""
    """The recorded voice that this one is made from by pitch; empty: it was recorded itself."""
    pitch: float = 0.0
    """Semitones above the recorded voice."""


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
        InvalidRequest: a speed or a pitch out of range.
    """
    if not SLOWEST <= request.speed <= FASTEST:
        raise InvalidRequest(f"speed must be {SLOWEST} to {FASTEST}, not {request.speed}", "speed")
    check_pitch(request.pitch)
    return find_in(voices, request.voice)


def styled(voice: Voice) -> Voice:
    """A recorded voice with the tags that its measures give it."""
    own = measures().get(voice.id)
    age = "child" if own is not None and own.pitch_st >= _CHILD_ST else "adult"
    return replace(voice, tags=(*voice.tags, age, *style_tags(voice.id, measures())))


def child_of(voice: Voice, name: str, semitones: float, gender: Gender) -> Voice:
    """A child's voice made of an adult's, and labelled as that."""
    kept = tuple(tag for tag in voice.tags if tag in {"american", "british", "mandarin", "fast"})
    return replace(
        voice,
        id=f"{voice.id}_child",
        name=name,
        gender=gender,
        tags=(*kept, "child", "made by pitch"),
        base=voice.id,
        pitch=semitones,
    )


@cache
def measures() -> dict[str, Measure]:
    """What scripts/voices.py measured of every recorded voice, by its id."""
    rows = json.loads(_MEASURES.read_text("utf-8"))
    return {name: Measure(**row) for name, row in rows.items()}
