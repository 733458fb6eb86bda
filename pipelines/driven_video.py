"""A film of somebody, and an avatar that does what the person in the film does: in a picture of its
own, or in the film itself, its head in the place of the person's."""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from avatar_serving.avatars import package
from avatar_serving.driving.motion import Motion, motion_of
from avatar_serving.driving.swap import Swap
from avatar_serving.film.encoders import Encoder, encoded_by
from avatar_serving.film.formats import format_of
from avatar_serving.film.motion import resampled
from avatar_serving.flow import in_thread
from avatar_serving.footage.bank import watched
from avatar_serving.footage.hearing import heard_in
from avatar_serving.footage.shelf import Shelf
from avatar_serving.media import Progress
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.base import Render
from avatar_serving.video import FilmWriter, Sound
from pipelines.filming import Filmed, Shot, filmed

SHORTEST_S = 1.0
_WATCHED = 0.5
"""Share of the work after which the film is known."""


@dataclass(frozen=True, slots=True)
class DrivenRequest:
    film: bytes = field(repr=False)
    shot: Shot
    """Of the avatar."""
    consent: Consent
    """Of the person in the film."""

    def __post_init__(self) -> None:
        """Raises InvalidRequest: something that can be told before any work."""
        self.consent.check("a film needs the consent of the person in it: --film-consent")
        self.shot.check()

    def of(self, content: bytes) -> "DrivenRequest":
        """The same of the avatar of a package."""
        return replace(self, shot=replace(self.shot, package=content))


@dataclass(frozen=True, slots=True)
class SwapRequest:
    film: bytes = field(repr=False)
    package: bytes = field(repr=False)
    output: Path
    """Its ending chooses the format: .mp4, .webm or .mov."""
    both: tuple[Consent, Consent]
    """Of the person whose head it becomes, and of the person in the film."""
    encoder: Encoder = "cpu"

    def __post_init__(self) -> None:
        """Raises InvalidRequest: something that can be told before any work."""
        self.both[0].check("a head swap needs the consent of the avatar's person: --consent")
        self.both[1].check("a head swap needs the consent of the person in it: --film-consent")
        format_of(self.output).codec(transparent=False)


async def driven_video(
    render: Render, request: DrivenRequest
) -> AsyncGenerator[Progress | Filmed, None]:
    """Make a video. Closing the stream stops the work and leaves no file.

    Raises FootageRejected: the film does not serve; says why, and what to do.
    """
    began = time.perf_counter()
    motion: Motion | None = None
    async with aclosing(in_thread(_performed(request.film))) as steps:
        async for step in steps:
            if isinstance(step, Motion):
                motion = step
            else:
                yield Progress("watch", _WATCHED * step, "Watching")
    assert motion is not None
    sound, shot = sound_of(request.film), request.shot
    frames = resampled(motion.frames(), shot.fps, motion.seconds)
    seconds = 0.0
    async with aclosing(filmed(render, sound, frames, shot)) as drawn:
        async for seconds in drawn:
            share = seconds / motion.seconds
            yield Progress("render", _WATCHED + (0.99 - _WATCHED) * share, "Drawing")
    yield Filmed(shot.output, seconds, time.perf_counter() - began)


async def swapped_video(request: SwapRequest) -> AsyncGenerator[Progress | Filmed, None]:
    """The film with the avatar's head on its person. Closing the stream stops the work and leaves
    no file.

    Raises:
        FootageRejected: the film does not serve; says why, and what to do.
        PackageInvalid: the avatar has no meshes.
    """
    began = time.perf_counter()
    seconds = 0.0
    async with aclosing(in_thread(_swapped(request))) as steps:
        async for step in steps:
            if isinstance(step, Progress):
                yield step
            else:
                seconds = step
    yield Filmed(request.output, seconds, time.perf_counter() - began)


def _swapped(request: SwapRequest) -> Generator[Progress | float, None, None]:
    """At last the seconds of the film."""
    rig, sound = package.load(request.package), sound_of(request.film)
    with closing(Shelf()) as shelf:
        motion = None
        for step in performed(request.film, shelf):
            if isinstance(step, Motion):
                motion = step
            else:
                yield Progress("watch", _WATCHED * step, "Watching")
        assert motion is not None
        yield Progress("watch", _WATCHED, "Looking behind the head")
        swap = Swap(rig, motion, shelf)
        height, width = shelf[0].shape[:2]
        form = encoded_by(format_of(request.output), request.encoder, width, height)
        with FilmWriter(request.output, motion.fps, sound, form) as out:
            for number in range(motion.count):
                out.add(swap.picture(number))
                share = (number + 1) / motion.count
                yield Progress("render", _WATCHED + (0.99 - _WATCHED) * share, "Drawing")
    yield motion.seconds


def _performed(film: bytes) -> Generator[float | Motion, None, None]:
    with closing(Shelf()) as shelf:
        yield from performed(film, shelf)


def performed(film: bytes, shelf: Shelf) -> Generator[float | Motion, None, None]:
    """Share that is watched, at last the motion; the pictures are then in *shelf*.

    Raises FootageRejected.
    """
    seen = yield from watched(film, shelf, SHORTEST_S)
    yield motion_of(seen, len(shelf))


def sound_of(film: bytes) -> Sound | None:
    """None: there is nothing to be heard in it. Raises FootageRejected: its sound is damaged."""
    recording = heard_in(film)
    return recording.played if recording else None
