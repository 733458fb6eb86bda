"""Sound, and what is said in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A piece of sound."""

    pcm: bytes
    """Mono, signed 16-bit little endian."""
    sample_rate: int

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.sample_rate


@dataclass(frozen=True, slots=True)
class Phone:
    """One speech sound. *symbol* is IPA as Kokoro writes it ('A' is eɪ, 'ʤ' is dʒ ...)."""

    symbol: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Word:
    """When a word sounds, from the first sample of the answer."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Speech:
    """Synthesised sound with the times of what is said in it, from its own first sample."""

    audio: AudioChunk
    phones: tuple[Phone, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """A clause to be spoken."""

    text: str
    """One clause, as a person would read it aloud."""
    voice: str
    """An id of the voice catalogue."""
    language: str = "en"
    """BCP-47 primary language: en, zh, ja ..."""
    speed: float = 1.0
    """0.5..2.0"""
    pitch: float = 0.0
    """Semitones above the voice's own, -6..6."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a user said, to be recognised."""

    audio: AudioChunk
    """16 kHz."""
    language: str | None = None
    """Known language, or None to detect it."""
    expected: str | None = None
    """The language of the talk so far: where the sound leaves doubt, it is more of the same."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What an utterance was understood to say."""

    text: str
    language: str
    final: bool = True
    """False: what was said so far, of which nothing will change; more may follow."""
