"""A film of somebody who speaks, and a text or a recording: the same person says that instead."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from avatar_serving.between import Between, between
from avatar_serving.errors import InvalidRequest
from avatar_serving.film.encoders import Encoder, encoded_by
from avatar_serving.film.formats import format_of
from avatar_serving.film.motion import RATES
from avatar_serving.film.recording import Recording
from avatar_serving.flow import collect, in_thread
from avatar_serving.footage.bank import watched
from avatar_serving.footage.hearing import heard_in
from avatar_serving.footage.index import Known, Said, known_by
from avatar_serving.footage.path import path_of
from avatar_serving.footage.playing import bridged, played
from avatar_serving.footage.shelf import Shelf
from avatar_serving.media import Manner, Progress
from avatar_serving.rife.frames import Rife
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.animate.bank import open_ear
from avatar_serving.stages.animate.sound import listen
from avatar_serving.video import FilmWriter, Sound
from pipelines.converse import ConverseStages
from pipelines.filming import Filmed
from pipelines.spoken import joined, motion, speeches

Bridge = Literal["flow", "rife"]

_FACE_FPS = 60
"""Of the face that shows a silent film what to say."""
_READ = 0.6
"""Share of the work after which the film is known."""


@dataclass(frozen=True, slots=True)
class FootageRequest:
    film: bytes = field(repr=False)
    said: str | Recording = field(repr=False)
    manner: Manner
    """How a text is spoken."""
    output: Path
    """Its ending chooses the format: .mp4, .webm or .mov."""
    consent: Consent
    fps: int | None = None
    """None: that of the film, if a film here may have it, else 30."""
    lead_s: float = 0.4
    tail_s: float = 0.6
    """Rest before the first sound and after the last."""
    longest_s: float = 600.0
    encoder: Encoder = "cpu"
    bridge: Bridge = "flow"
    """What makes moments between two frames."""

    def __post_init__(self) -> None:
        """Raises InvalidRequest: something that can be told before any work."""
        self.consent.check("a film needs the consent of the person in it")
        if self.fps is not None and self.fps not in RATES:
            raise InvalidRequest(f"fps must be one of {', '.join(map(str, RATES))}", "fps")
        format_of(self.output).codec(transparent=False)

    def rate(self, film_fps: int) -> int:
        """Frames a second of the video."""
        return self.fps or (film_fps if film_fps in RATES else 30)


async def footage_video(
    stages: ConverseStages, request: FootageRequest
) -> AsyncGenerator[Progress | Filmed, None]:
    """Make a video. Closing the stream stops the work and leaves no file.

    Raises:
        FootageRejected: the film does not serve; says why, and what to do.
        AudioRejected: the recording is silent; nothing of the text can be said.
        LimitExceeded: it would last longer than ``longest_s``.
        WeightsError: those of RIFE are asked for, and not there.
    """
    began = time.perf_counter()
    yield Progress("speak", 0.0, "Speaking")
    parts = await collect(speeches(stages, request))
    heard = joined(request, tuple((request.lead_s + at_s, speech) for _, at_s, speech in parts))
    recording = await asyncio.to_thread(heard_in, request.film)
    face = () if recording else await motion(stages, heard, request, _FACE_FPS)
    said = Said(listen(heard.sound.mono()), heard.seconds, face)
    async with aclosing(in_thread(_filmed(request, recording, heard.sound, said))) as steps:
        async for step in steps:
            yield step
    yield Filmed(request.output, heard.seconds, time.perf_counter() - began)


def _filmed(
    request: FootageRequest, recording: Recording | None, sound: Sound, said: Said
) -> Generator[Progress, None, None]:
    with closing(Shelf()) as shelf:
        film = yield from known(request.film, recording, shelf)
        yield from shot(request, film, shelf, sound, said)


def shot(
    request: FootageRequest, seen: Known, shelf: Shelf, sound: Sound, said: Said
) -> Generator[Progress, None, None]:
    """Phase two: the frames of *shelf* in the order of what is *said*, written to a file."""
    film = seen.film
    mixes = bridged(film, path_of(seen, said))
    fps = request.rate(film.fps)
    height, width = shelf[0].shape[:2]
    form = encoded_by(format_of(request.output), request.encoder, width, height)
    with FilmWriter(request.output, fps, sound, form) as out:
        for picture in played(film, shelf, mixes, fps, _bridge(request.bridge)):
            out.add(picture)
            share = min(1.0, out.seconds / sound.seconds)
            yield Progress("render", _READ + (0.99 - _READ) * share, "Filming")


def _bridge(name: Bridge) -> Between:
    return Rife().between if name == "rife" else between


def known(
    data: bytes, recording: Recording | None, shelf: Shelf
) -> Generator[Progress, None, Known]:
    """Phase one: its pictures in *shelf*, and a bank of them; *recording* is its sound."""
    told = "Watching the film" if recording else "Watching the lips, for the film has no sound"
    steps = watched(data, shelf)
    while True:
        try:
            yield Progress("watch", _READ * next(steps), told)
        except StopIteration as end:
            return known_by(end.value, recording, open_ear)
