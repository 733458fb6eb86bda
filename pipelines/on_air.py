"""Spoken stretches in, one unbroken video out, alive while nobody speaks."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from uuid import uuid4

import numpy as np

from avatar_serving import images
from avatar_serving.film.backdrop import Backdrop, compositor_of
from avatar_serving.film.framing import Framing
from avatar_serving.film.live import LiveWriter
from avatar_serving.flow import collect, prefetch
from avatar_serving.media import (
    AnimateRequest,
    AudioChunk,
    FaceFrame,
    Mood,
    RenderRequest,
    Spoken,
    VideoFrame,
)
from avatar_serving.stages.base import Animate, Render
from pipelines.live_commerce import Part

FPS = 30
"""Of the motion, and so of the video."""
RATE_HZ = 24_000
"""Of the sound, as every tts engine makes it."""
_AHEAD_S = 1.5
"""How far a live video may be ahead of its watchers."""
_LEAST_S = 0.6
"""Ahead of its watchers by less than this, a live video goes on without words."""
_IDLE_S = 0.5
_JOIN = 7
"""Frames over which one motion goes over into another."""
_MADE_AHEAD = 4
"""Stretches."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the show is drawn."""

    animate: Animate
    render: Render
    package: bytes = field(repr=False)
    framing: Framing
    backdrop: Backdrop = Backdrop()
    mood: Mood = Mood()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class OnAir:
    """A part begins, or a clause."""

    at_s: float
    """Of the video."""
    begun: Part | str


async def on_air(
    stage: Stage, items: AsyncGenerator[Part | Spoken, None], target: LiveWriter, *, live: bool
) -> AsyncGenerator[OnAir, None]:
    """Send a show. *live*: at the pace of a clock, with idle motion wherever words are late;
    else as fast as it can be made. *target* is entered by the caller.

    Raises:
        StageFailed: the other side went away.
    """
    sender = _Sender(stage, target)
    began: float | None = None
    async with aclosing(prefetch(items, _MADE_AHEAD)) as ahead:
        await sender.idle(_IDLE_S)
        coming = asyncio.ensure_future(anext(ahead, None))
        try:
            while True:
                began = began or time.monotonic()
                spare_s = target.seconds - (time.monotonic() - began)
                wait_s = max(0.0, spare_s - _LEAST_S) if live else None
                await asyncio.wait({coming}, timeout=wait_s)
                if not coming.done():
                    await sender.idle(_IDLE_S)
                    continue
                if (item := coming.result()) is None:
                    break
                coming = asyncio.ensure_future(anext(ahead, None))
                if isinstance(item, Part):
                    yield OnAir(target.seconds, item)
                else:
                    yield OnAir(target.seconds, item.text)
                    await sender.speak(item)
                if live and (early_s := target.seconds - (time.monotonic() - began) - _AHEAD_S) > 0:
                    await asyncio.sleep(early_s)
            await sender.idle(2 * _IDLE_S)
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


class _Sender:
    """Draws stretches of motion and appends them, each joined to the one before."""

    def __init__(self, stage: Stage, target: LiveWriter) -> None:
        self._stage, self._target = stage, target
        self._compositor = compositor_of(stage.package, stage.framing, stage.backdrop)
        self._behind = None if stage.backdrop.keeps else images.from_array(self._compositor.behind)
        self._shown: FaceFrame | None = None
        self._idles = False
        self._show = uuid4().hex

    async def speak(self, spoken: Spoken) -> None:
        joins = self._idles or spoken.start_s == 0
        self._idles = False
        await self._send(spoken.frames, spoken.speech.audio, joins)

    async def idle(self, seconds: float) -> None:
        """Silence, and somebody who waits."""
        at_s = self._target.seconds
        asked = AnimateRequest(
            seconds, start_s=at_s, behaviour="idle", mood=self._stage.mood, seed=self._stage.seed
        )
        joins, self._idles = not self._idles, True
        frames = await collect(self._stage.animate.run(asked))
        silence = AudioChunk(bytes(2 * round(seconds * RATE_HZ)), RATE_HZ)
        await self._send(tuple(frames), silence, joins)

    async def _send(self, frames: tuple[FaceFrame, ...], audio: AudioChunk, joins: bool) -> None:
        """*joins*: the motion does not go on from the last."""
        joined = _joined(self._shown, frames) if joins else frames
        began_s = self._target.seconds
        self._shown = joined[-1] if joined else self._shown
        await asyncio.to_thread(self._target.hear, audio.pcm)
        if joined:
            framing = self._stage.framing
            request = RenderRequest(
                self._stage.package, joined, framing.side, framing.shown, self._behind,
                sound=audio, show=self._show, breathes_s=began_s,
            )  # fmt: skip
            async with aclosing(self._stage.render.run(request)) as pictures:
                async for picture in pictures:
                    await asyncio.to_thread(self._see, picture)
        await asyncio.to_thread(self._target.settle)

    def _see(self, picture: VideoFrame) -> None:
        self._target.see(self._compositor.composed(picture))


def _joined(last: FaceFrame | None, frames: tuple[FaceFrame, ...]) -> tuple[FaceFrame, ...]:
    """*frames*, the first of them eased out of *last*."""
    if last is None:
        return frames
    eased: list[FaceFrame] = []
    for count, frame in enumerate(frames[:_JOIN], 1):
        x = count / (_JOIN + 1)
        share = x * x * (3 - 2 * x)
        values = np.array(last.values) * (1 - share) + np.array(frame.values) * share
        eased.append(replace(frame, values=tuple(values.tolist())))
    return (*eased, *frames[_JOIN:])


@contextmanager
def sent_to(address: str, framing: Framing) -> Generator[LiveWriter]:
    """Raises InvalidRequest, StageFailed: it cannot be sent there."""
    with LiveWriter(address, (framing.width, framing.height), FPS, RATE_HZ) as target:
        yield target
