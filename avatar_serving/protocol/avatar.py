"""The avatar's own messages, sent only to clients that asked for them. See docs/protocol.md."""

from typing import Literal

from avatar_serving.media import CHANNELS, Behaviour, Emotion
from avatar_serving.protocol.base import FromServer, Part

FPS = 30


class Clip(Part):
    behaviour: Behaviour
    frames: str


class AvatarClips(FromServer):
    type: Literal["avatar.clips"] = "avatar.clips"
    fps: int = FPS
    channels: tuple[str, ...] = CHANNELS
    encoding: Literal["int16"] = "int16"
    clips: tuple[Clip, ...]


class AvatarState(FromServer):
    type: Literal["avatar.state"] = "avatar.state"
    state: Behaviour


class AvatarMood(FromServer):
    """What the face shows while it does not speak; motion of an answer has its mood in it."""

    type: Literal["avatar.mood"] = "avatar.mood"
    emotion: Emotion
    intensity: float
    weights: dict[str, float] = {}
    """Of some of the channels: what this mood adds to a face at rest."""


class _OfAnswer(FromServer):
    response_id: str
    item_id: str


class AvatarAnimationStarted(_OfAnswer):
    type: Literal["avatar.animation.started"] = "avatar.animation.started"
    fps: int = FPS
    channels: tuple[str, ...] = CHANNELS
    encoding: Literal["int16"] = "int16"


class AvatarAnimationDelta(_OfAnswer):
    type: Literal["avatar.animation.delta"] = "avatar.animation.delta"
    time_code: float
    frames: str


class AvatarAnimationDone(_OfAnswer):
    type: Literal["avatar.animation.done"] = "avatar.animation.done"


class TimedWord(Part):
    text: str
    start_ms: int
    end_ms: int


class AvatarWords(_OfAnswer):
    type: Literal["avatar.words"] = "avatar.words"
    words: tuple[TimedWord, ...]


class AvatarTurn(_OfAnswer):
    type: Literal["avatar.turn"] = "avatar.turn"
    timings_ms: dict[str, int]
    heard_text: str | None = None
    """What was heard of an answer that was interrupted."""


class AvatarResumeToken(FromServer):
    """The first message of each connection that may be resumed. It has no number of its own."""

    type: Literal["avatar.resume_token"] = "avatar.resume_token"
    token: str
    expires_in_s: float
    """How long the session waits for a client whose connection was lost."""
    seq: int
    """The number of the last message said so far."""
    received: int = 0
    """Messages of the client that have arrived: what it sent after them must be sent again."""


class AvatarMoving(FromServer):
    """This gateway is about to stop: the session goes on at another."""

    type: Literal["avatar.moving"] = "avatar.moving"
    within_s: float
    """The connection is closed with 1012 after the present turn, or so many seconds. At 0 it is
    time: the client says ``avatar.move`` and nothing more on this connection."""


class AvatarQueued(FromServer):
    """No session is free; this one begins when it is its turn."""

    type: Literal["avatar.queued"] = "avatar.queued"
    place: int
    """1: it is next."""
