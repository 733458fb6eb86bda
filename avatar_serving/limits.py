"""How much one caller, and all of them together, may ask of a gateway."""

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """What one caller may ask for. Each refusal names the option that caused it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sessions: int = Field(default=4, ge=1)
    """Live sessions of one gateway; one more is refused at once."""
    session_s: float = Field(default=3600, gt=0)
    """Longest session, in seconds."""
    message_bytes: int = Field(default=2_000_000, ge=1024)
    """Longest message of the realtime socket."""
    resume_s: float = Field(default=30, gt=0)
    """How long a session waits for a client that lost its connection, if it asked for that."""
    drain_s: float = Field(default=20, gt=0)
    """How long turns may go on when a gateway stops, before their sessions move to another."""
    audio_rate: float = Field(default=4.0, gt=1)
    """How many times faster than real time a client may send audio, past a start of 10 s."""
    utterance_s: float = Field(default=60, gt=1)
    """Longest stretch of speech kept as one turn."""
    file_s: float = Field(default=600, gt=1)
    """Longest sound file to be transcribed."""
    items: int = Field(default=500, ge=2)
    """Items kept in one conversation."""
    image_bytes: int = Field(default=20_000_000, ge=1024)
    """Largest upload."""
    image_pixels: int = Field(default=50_000_000, ge=4096)
    """Most pixels an uploaded image may have."""
    text_chars: int = Field(default=8_000, ge=100)
    """Longest instructions, persona, typed message or text to be spoken."""
    creations: int = Field(default=2, ge=1)
    """Avatars made at the same time."""
    videos: int = Field(default=1, ge=1)
    """Talking videos made at the same time."""
    waiting_videos: int = Field(default=4, ge=0)
    """Talking videos that may wait for their turn."""
    video_s: float = Field(default=300, gt=0)
    """Longest talking video."""
    video_kept_s: float = Field(default=3600, gt=0)
    """How long a finished video can be fetched before it is deleted."""
    trainings: int = Field(default=1, ge=1)
    """Characters learnt at the same time."""
    waiting_trainings: int = Field(default=2, ge=0)
    """Characters that may wait for their turn to be learnt."""
    training_kept_s: float = Field(default=86_400, gt=0)
    """How long the course of a training can be looked at once it is over."""
    audio_bytes: int = Field(default=20_000_000, ge=1024)
    """Largest uploaded recording."""
    film_bytes: int = Field(default=64_000_000, ge=1024)
    """Largest uploaded film of a person who is to say something else; each that waits is held in
    memory."""
    upload_s: float = Field(default=120, gt=0)
    """Longest time in which the body of a request may arrive."""
    key_requests: int = Field(default=600, ge=1)
    """Requests of one API key in a minute, at all gateways together. None of the three is counted
    where no keys are asked for."""
    key_sessions: int = Field(default=100, ge=1)
    """Live sessions of one API key, at all gateways together."""
    key_creations: int = Field(default=120, ge=1)
    """Avatars, previews, videos and trainings begun with one API key in an hour, at all gateways
    together."""
