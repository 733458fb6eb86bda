"""Frames of an avatar drawn, composed and encoded, each in its thread: the end of every film."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from avatar_serving import images
from avatar_serving.errors import InvalidRequest
from avatar_serving.film.backdrop import Backdrop, Compositor, compositor_of
from avatar_serving.film.encoders import Encoder, encoded_by
from avatar_serving.film.formats import format_of
from avatar_serving.film.framing import Framing, framed
from avatar_serving.film.motion import RATES
from avatar_serving.flow import prefetch
from avatar_serving.media import FaceFrame, RenderRequest
from avatar_serving.stages.base import Render
from avatar_serving.video import FilmWriter, Sound

T = TypeVar("T")
_AHEAD = 8
"""Frames drawn ahead of the encoder."""


@dataclass(frozen=True, slots=True)
class Filmed:
    path: Path
    seconds: float
    """Of the film."""
    work_s: float
    """How long it took to make."""

    @property
    def speed(self) -> float:
        """Times real time."""
        return self.seconds / self.work_s


@dataclass(frozen=True, slots=True)
class Shot:
    """What is filmed, and how it looks."""

    package: bytes = field(repr=False)
    output: Path
    """Its ending chooses the format: .mp4, .webm or .mov."""
    width: int
    height: int
    """Pixels, even."""
    fps: int
    backdrop: Backdrop
    encoder: Encoder
    """Of H.264; auto: NVIDIA's hardware where it works."""

    def check(self) -> None:
        """Raises InvalidRequest: something that can be told before any work."""
        if self.fps not in RATES:
            raise InvalidRequest(f"fps must be one of {', '.join(map(str, RATES))}", "fps")
        framed(self.width, self.height)
        format_of(self.output).codec(transparent=self.backdrop.transparent)


async def filmed(
    render: Render, sound: Sound | None, frames: tuple[FaceFrame, ...], shot: Shot
) -> AsyncGenerator[float, None]:
    """Draw and encode, each in its thread; the seconds that are done."""
    framing = framed(shot.width, shot.height)
    compositor = await asyncio.to_thread(compositor_of, shot.package, framing, shot.backdrop)
    film = await asyncio.to_thread(_film, sound, shot)
    encoder = _Thread()
    await encoder.do(film.__enter__)
    failure: BaseException | None = None
    try:
        drawn = render.run(_drawing(framing, compositor, frames, sound, shot))
        async with aclosing(prefetch(drawn, _AHEAD)) as pictures:
            async for picture in pictures:
                await encoder.do(lambda shown=picture: film.add(compositor.composed(shown)))
                yield film.seconds
    except BaseException as raised:  # a reader that goes away too leaves no file
        failure = raised
        raise
    finally:
        kind = None if failure is None else type(failure)
        await encoder.do(lambda: film.__exit__(kind, failure, None))
        encoder.end()


def _film(sound: Sound | None, shot: Shot) -> FilmWriter:
    form = format_of(shot.output)
    form = encoded_by(form, shot.encoder, shot.width, shot.height)
    return FilmWriter(shot.output, shot.fps, sound, form)


def _drawing(
    framing: Framing,
    compositor: Compositor,
    frames: tuple[FaceFrame, ...],
    sound: Sound | None,
    shot: Shot,
) -> RenderRequest:
    kept = shot.backdrop.keeps
    return RenderRequest(
        shot.package,
        frames,
        framing.side,
        framing.shown,
        None if kept else images.from_array(compositor.behind),
        shot.backdrop.transparent,
        sound.mono() if sound else None,
        breathes_s=0.0,
    )


class _Thread:
    """One thread, in which an encoder lives: its calls never overlap, whoever stops waiting."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)

    async def do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def end(self) -> None:
        self._pool.shutdown(wait=False)
