"""An avatar and a text or a recording in, a video file out, with progress on the way."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from avatar_serving.errors import AudioRejected, LimitExceeded
from avatar_serving.film.backdrop import Backdrop
from avatar_serving.film.encoders import Encoder
from avatar_serving.film.motion import resampled
from avatar_serving.film.recording import Recording, stretches
from avatar_serving.flow import collect
from avatar_serving.media import (
    AnimateRequest,
    AudioChunk,
    FaceFrame,
    Manner,
    Mood,
    Progress,
    Speech,
)
from avatar_serving.stages.base import Render
from avatar_serving.video import Sound
from pipelines.converse import ConverseStages, speak_text
from pipelines.filming import Filmed, Shot, filmed

_SPOKEN, _MOVED = 0.25, 0.3
"""Share of the work after which all is said, and all motion is known."""


@dataclass(frozen=True, slots=True)
class VideoStages:
    converse: ConverseStages
    """Its language model is not asked."""
    render: Render


@dataclass(frozen=True, slots=True)
class VideoRequest:
    package: bytes = field(repr=False)
    said: str | Recording = field(repr=False)
    """A text to be spoken, or a sound that the face follows."""
    manner: Manner
    """How a text is spoken; of a recording only its mood and seed count."""
    output: Path
    """Its ending chooses the format: .mp4, .webm or .mov."""
    width: int = 512
    height: int = 512
    """Pixels, even."""
    fps: int = 30
    backdrop: Backdrop = Backdrop()
    lead_s: float = 0.4
    tail_s: float = 0.6
    """Life before the first sound and after the last."""
    longest_s: float = 600.0
    encoder: Encoder = "cpu"
    """Of H.264; auto: NVIDIA's hardware where it works."""

    def __post_init__(self) -> None:
        """Raises InvalidRequest: something that can be told before any work."""
        self.shot.check()

    @property
    def shot(self) -> Shot:
        return Shot(
            self.package, self.output, self.width, self.height, self.fps, self.backdrop,
            self.encoder,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Heard:
    """The sound of a film, and the stretches of speech in it."""

    sound: Sound
    parts: tuple[tuple[float, Speech], ...]
    """When each begins, in seconds of the film."""
    seconds: float


async def talking_video(
    stages: VideoStages, request: VideoRequest
) -> AsyncGenerator[Progress | Filmed, None]:
    """Make a video. Closing the stream stops the work and leaves no file.

    Raises:
        LimitExceeded: it would last longer than ``longest_s``.
        AudioRejected: nothing of the text can be said.
    """
    began = time.perf_counter()
    yield Progress("speak", 0.0, "Speaking")
    parts: list[tuple[float, Speech]] = []
    async with aclosing(_speeches(stages.converse, request)) as speeches:
        async for done, start_s, speech in speeches:
            parts.append((request.lead_s + start_s, speech))
            yield Progress("speak", _SPOKEN * done, "Speaking")
    heard = _joined(request, tuple(parts))
    yield Progress("animate", _SPOKEN, "Moving the face")
    frames = await _motion(stages.converse, heard, request)
    yield Progress("render", _MOVED, "Drawing")
    seconds = 0.0
    async with aclosing(filmed(stages.render, heard.sound, frames, request.shot)) as steps:
        async for seconds in steps:
            share = seconds * request.fps / len(frames)
            yield Progress("render", _MOVED + (0.99 - _MOVED) * share, "Drawing")
    yield Filmed(request.output, seconds, time.perf_counter() - began)


async def _speeches(
    stages: ConverseStages, request: VideoRequest
) -> AsyncGenerator[tuple[float, float, Speech], None]:
    """Share done, start in seconds of what is said, and speech."""
    if isinstance(request.said, Recording):
        start_s = 0.0
        for piece in stretches(request.said.heard):
            yield start_s / request.said.seconds, start_s, Speech(piece)
            start_s += piece.seconds
        return
    written = 0
    silent = replace(request.manner, animated=False)
    async with aclosing(speak_text(stages, request.said, silent)) as spoken:
        async for part in spoken:
            written += len(part.text)
            end_s = part.start_s + part.speech.audio.seconds
            if end_s > request.longest_s:
                raise LimitExceeded("limits.video_s", end_s, request.longest_s)
            yield min(1.0, written / len(request.said)), part.start_s, part.speech


def _joined(request: VideoRequest, parts: tuple[tuple[float, Speech], ...]) -> _Heard:
    if not parts:
        raise AudioRejected("silence", "there is nothing to say in the text")
    said = _sound_of(request, [speech.audio for _, speech in parts])
    lead, tail = (
        bytes(2 * said.channels * round(part_s * said.sample_rate))
        for part_s in (request.lead_s, request.tail_s)
    )
    sound = replace(said, pcm=lead + said.pcm + tail)
    return _Heard(sound, parts, sound.seconds)


def _sound_of(request: VideoRequest, spoken: list[AudioChunk]) -> Sound:
    if isinstance(request.said, Recording):
        return request.said.played
    return Sound(b"".join(chunk.pcm for chunk in spoken), spoken[0].sample_rate)


async def _motion(
    stages: ConverseStages, heard: _Heard, request: VideoRequest
) -> tuple[FaceFrame, ...]:
    """The face over the whole film: as one who speaks throughout, so that nothing jumps where
    the first sound begins and the last one ends."""
    mood, seed = request.manner.mood, request.manner.seed
    last_s, last = heard.parts[-1]
    end_s = last_s + last.audio.seconds
    asked = [
        _stretch(0.0, request.lead_s, mood, seed),
        *(
            AnimateRequest(
                speech.audio.seconds, speech.phones, start_s,
                mood=mood, audio=speech.audio, seed=seed,
            )
            for start_s, speech in heard.parts
        ),
        _stretch(end_s, heard.seconds - end_s, mood, seed),
    ]  # fmt: skip
    frames = [frame for one in asked for frame in await collect(stages.animate.run(one))]
    return resampled(tuple(frames), request.fps, heard.seconds)


def _stretch(start_s: float, seconds: float, mood: Mood, seed: int) -> AnimateRequest:
    """Life without a word."""
    return AnimateRequest(max(0.0, seconds), start_s=start_s, mood=mood, seed=seed)
