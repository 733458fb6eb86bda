"""An avatar and a text or a recording in, a video file out, with progress on the way."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from avatar_serving.film.backdrop import Backdrop
from avatar_serving.film.encoders import Encoder
from avatar_serving.film.recording import Recording
from avatar_serving.media import Manner, Progress, Speech
from avatar_serving.stages.base import Render
from pipelines.converse import ConverseStages
from pipelines.filming import Filmed, Shot, filmed
from pipelines.spoken import joined, motion, speeches

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
    async with aclosing(speeches(stages.converse, request)) as spoken:
        async for done, start_s, speech in spoken:
            parts.append((request.lead_s + start_s, speech))
            yield Progress("speak", _SPOKEN * done, "Speaking")
    heard = joined(request, tuple(parts))
    yield Progress("animate", _SPOKEN, "Moving the face")
    frames = await motion(stages.converse, heard, request, request.fps)
    yield Progress("render", _MOVED, "Drawing")
    seconds = 0.0
    async with aclosing(filmed(stages.render, heard.sound, frames, request.shot)) as steps:
        async for seconds in steps:
            share = seconds * request.fps / len(frames)
            yield Progress("render", _MOVED + (0.99 - _MOVED) * share, "Drawing")
    yield Filmed(request.output, seconds, time.perf_counter() - began)
