"""An answer as it is spoken: sound and face together."""

from dataclasses import dataclass

from avatar_serving.media.face import FaceFrame, Mood
from avatar_serving.media.sound import Speech


@dataclass(frozen=True, slots=True)
class Manner:
    """How an answer is spoken."""

    voice: str
    language: str = "en"
    speed: float = 1.0
    pitch: float = 0.0
    """Semitones above the voice's own, -6..6."""
    seed: int = 0
    animated: bool = True
    mood: Mood = Mood()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch of an answer, ready to be played."""

    text: str
    """The clause that begins here; empty where a clause goes on."""
    speech: Speech
    start_s: float
    """Where it begins in the answer."""
    frames: tuple[FaceFrame, ...]
    goes_on: bool = False
    """A piece of a stretch: the next one is the same stretch's."""
