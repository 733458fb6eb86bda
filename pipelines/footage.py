"""A film of somebody who speaks, and a text or a recording: the same person says that instead."""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from avatar_serving.between import Between, between
from avatar_serving.errors import AudioRejected, FootageRejected, InvalidRequest, LimitExceeded
from avatar_serving.film.encoders import Encoder, encoded_by
from avatar_serving.film.formats import format_of
from avatar_serving.film.motion import RATES
from avatar_serving.film.recording import Recording
from avatar_serving.flow import in_thread
from avatar_serving.footage.bank import FilmBank, bank_of, heard_in, watched
from avatar_serving.footage.path import path_of
from avatar_serving.footage.playing import bridged, played
from avatar_serving.footage.shelf import Shelf
from avatar_serving.media import AudioChunk, Manner, Progress
from avatar_serving.rife.frames import Rife
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.animate.bank import open_ear
from avatar_serving.stages.animate.features import Ear
from avatar_serving.stages.animate.sound import listen
from avatar_serving.video import FilmWriter, Sound
from pipelines.converse import ConverseStages, speak_text
from pipelines.filming import Filmed

Bridge = Literal["flow", "rife"]

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


async def footage_video(
    stages: ConverseStages, request: FootageRequest
) -> AsyncGenerator[Progress | Filmed, None]:
    """Make a video. Closing the stream stops the work and leaves no file.

    Raises:
        FootageRejected: the film does not serve; says why, and what to do.
        AudioRejected: the film or the recording is silent; nothing of the text can be said.
        LimitExceeded: it would last longer than ``longest_s``.
        WeightsError: those of RIFE are asked for, and not there.
    """
    began = time.perf_counter()
    yield Progress("speak", 0.0, "Speaking")
    sound = _padded(request, await _sound(stages, request))
    async with aclosing(in_thread(_filmed(request, sound))) as steps:
        async for step in steps:
            yield step
    yield Filmed(request.output, sound.seconds, time.perf_counter() - began)


async def _sound(stages: ConverseStages, request: FootageRequest) -> Sound:
    if isinstance(request.said, Recording):
        return request.said.played
    spoken: list[AudioChunk] = []
    silent = replace(request.manner, animated=False)
    async with aclosing(speak_text(stages, request.said, silent)) as parts:
        async for part in parts:
            spoken.append(part.speech.audio)
            end_s = part.start_s + part.speech.audio.seconds
            if end_s > request.longest_s:
                raise LimitExceeded("limits.video_s", end_s, request.longest_s)
    if not spoken:
        raise AudioRejected("silence", "there is nothing to say in the text")
    return Sound(b"".join(chunk.pcm for chunk in spoken), spoken[0].sample_rate)


def _padded(request: FootageRequest, sound: Sound) -> Sound:
    lead, tail = (
        bytes(2 * sound.channels * round(part_s * sound.sample_rate))
        for part_s in (request.lead_s, request.tail_s)
    )
    return replace(sound, pcm=lead + sound.pcm + tail)


def _filmed(request: FootageRequest, sound: Sound) -> Generator[Progress, None, None]:
    with closing(Shelf()) as shelf:
        film, ear = yield from known(request.film, shelf)
        yield from shot(request, film, ear, shelf, sound)


def shot(
    request: FootageRequest, film: FilmBank, ear: Ear, shelf: Shelf, sound: Sound
) -> Generator[Progress, None, None]:
    """Phase two: the frames of *shelf* in the order of *sound*, written to a file."""
    mixes = bridged(film, path_of(film, listen(sound.mono()), sound.seconds, ear))
    fps = request.fps or (film.fps if film.fps in RATES else 30)
    height, width = shelf[0].shape[:2]
    form = encoded_by(format_of(request.output), request.encoder, width, height)
    with FilmWriter(request.output, fps, sound, form) as out:
        for picture in played(film, shelf, mixes, fps, _bridge(request.bridge)):
            out.add(picture)
            share = min(1.0, out.seconds / sound.seconds)
            yield Progress("render", _READ + (0.99 - _READ) * share, "Filming")


def _bridge(name: Bridge) -> Between:
    return Rife().between if name == "rife" else between


def known(data: bytes, shelf: Shelf) -> Generator[Progress, None, tuple[FilmBank, Ear]]:
    """Phase one: its pictures in *shelf*, and a bank of them. What can be told from the sound is
    told before any picture is looked at."""
    try:
        recording = heard_in(data)
    except AudioRejected as error:
        told = f"the film: {error.reason}; it must be heard what the person says"
        raise AudioRejected(error.check, told) from error
    except LimitExceeded as error:
        raise FootageRejected(
            "length", "the film is too long; cut out one to three minutes"
        ) from error
    steps = watched(data, shelf)
    while True:
        try:
            yield Progress("watch", _READ * next(steps), "Watching the film")
        except StopIteration as end:
            seen = end.value
            break
    ear = open_ear()
    return bank_of(seen, recording, ear), ear
