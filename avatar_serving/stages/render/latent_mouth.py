"""Frames whose mouth a video model draws from the sound, in batches across sessions.

Head, eyes and mood are drawn as by the mesh renderer, with a shut mouth; the network draws the
lower half of that face anew, and it is blended back.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving import images, weights
from avatar_serving.avatars.drawing import canvases
from avatar_serving.batches import Batches, Told, by_halves
from avatar_serving.flow import in_order, in_thread, last, prefetch
from avatar_serving.media import AudioChunk, RenderRequest, VideoFrame, Window
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.render.drawing import Drawer, Pixels, draw_frames, window_of
from avatar_serving.stages.render.face_region import FaceRegion, Seen, shut
from avatar_serving.stages.render.hearing import (
    RATE,
    STEPS_A_SECOND,
    Hearing,
    around,
    at_16_khz,
)
from avatar_serving.stages.render.kept import Kept
from avatar_serving.stages.render.latent_mouth_network import (
    HEARD,
    SIDE,
    MouthFiles,
    MouthNetwork,
)
from avatar_serving.torch_device import Device, memory_errors, torch_device

_STAGE = "render"
_BEFORE = 4
Vectors: TypeAlias = NDArray[np.float32]
_Asked: TypeAlias = tuple[Pixels, Vectors]
"""A face, and what is heard."""


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """A package."""

    canvas: Callable[[int, Window, Pixels | None], Drawer]
    region: FaceRegion


@dataclass(frozen=True, slots=True, eq=False)
class _Shot:
    """A frame whose mouth is shut, and what is heard in it."""

    frame: VideoFrame
    seen: Seen
    face: Pixels
    heard: Vectors


class LatentMouthConfig(StageConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "diffusers", "transformers")

    engine: Literal["latent_mouth"] = "latent_mouth"
    model: str = "musetalk-1.5"
    """The network that draws, by its name in the weights lock."""
    vae: str = "sd-vae-ft-mse"
    """What turns pictures into latents and back, by its name in the lock."""
    hearing: str = "whisper-tiny"
    """A Whisper model, by its name in the lock."""
    device: Device = "cuda"
    """Where it is computed."""
    dtype: Literal["bfloat16", "float16", "float32"] = "float16"
    """Numbers that the weights are computed in."""
    batch: int = Field(default=8, ge=1)
    """Most frames, of all sessions, that are drawn together."""
    batch_wait_ms: int = Field(default=10, ge=0)
    """How long a frame waits for others. Besides, it waits for the batch before it."""
    max_size_px: int = Field(default=1920, ge=64)
    """Largest side of an avatar's square; a frame shows all or a part of it."""
    kept_rigs: int = Field(default=4, ge=1)
    """Opened packages kept in memory, about 10 MB each."""

    def required_weights(self) -> tuple[str, ...]:
        return self.model, self.vae, self.hearing

    def build(self) -> "LatentMouthRender":
        return LatentMouthRender(self)


class LatentMouthRender:
    def __init__(self, config: LatentMouthConfig) -> None:
        """Raises StageFailed, OutOfMemory, WeightsError."""
        self._config = config
        device = torch_device(_STAGE, config.device)
        import torch

        numbers = getattr(torch, config.dtype)
        files = MouthFiles(weights.path(config.model), weights.path(config.vae))
        with memory_errors(_STAGE):
            self._network = MouthNetwork(files, numbers, device)
            self._hearing = Hearing(weights.path(config.hearing), numbers, device)
        self._packages = Kept(config.kept_rigs, _opened)
        self._batches = Batches(self._redraw, config.batch, config.batch_wait_ms / 1000)

    async def warm(self) -> None:
        """Draw one face of nobody, so that kernels are compiled and memory is taken."""
        vectors = await asyncio.to_thread(self._heard, None, 0.0)
        face = np.full((SIDE, SIDE, 3), 128, np.uint8)
        heard = around(vectors, 0, _BEFORE, HEARD)
        await last(self._batches.run((face, heard), ""))

    async def run(self, request: RenderRequest, /) -> AsyncGenerator[VideoFrame, None]:
        """Without sound nobody speaks.

        Raises:
            InvalidRequest, PackageInvalid: what cannot be drawn.
            OutOfMemory: no room on the GPU now; the next request may pass.
        """
        seconds = max((frame.at_s for frame in request.frames), default=0.0)
        vectors = await asyncio.to_thread(self._heard, request.sound, seconds)
        shots = prefetch(in_thread(self._shots(request, vectors)), self._config.batch)
        async with aclosing(in_order(shots, self._spoken, 2 * self._config.batch)) as frames:
            async for frame in frames:
                yield frame

    def _heard(self, sound: AudioChunk | None, seconds: float) -> Vectors:
        """Of *sound*, or of *seconds* of silence."""
        silence = np.zeros(round(seconds * RATE) + RATE // 5, np.float32)
        samples = silence if sound is None else at_16_khz(sound)
        with memory_errors(_STAGE):
            return self._hearing.vectors(samples)

    def _shots(self, request: RenderRequest, vectors: Vectors) -> Generator[_Shot, None, None]:
        opened, size = self._packages(request.package), request.size
        window = window_of(request, self._config.max_size_px)
        silent = tuple(replace(frame, values=shut(frame.values)) for frame in request.frames)
        asked = replace(request, frames=silent, breathes_s=None)
        largest = self._config.max_size_px

        def canvas(part: Window, behind: Pixels | None) -> Drawer:
            return opened.canvas(size, part, behind)

        drawn = draw_frames(asked, largest, canvas)
        for frame, shown in zip(silent, drawn, strict=True):
            seen = opened.region.seen(frame.values, size, window)
            face = seen.crop(images.to_array(shown.image), SIDE)
            # A rounding error must not put a frame one step too early.
            at = int(frame.at_s * STEPS_A_SECOND + 1e-6)
            yield _Shot(shown, seen, face, around(vectors, at, _BEFORE, HEARD))

    async def _spoken(self, shot: _Shot) -> VideoFrame:
        drawn = await last(self._batches.run((shot.face, shot.heard), ""))
        assert isinstance(drawn, np.ndarray)
        picture = await asyncio.to_thread(
            shot.seen.put_back, images.to_array(shot.frame.image), drawn
        )
        return replace(shot.frame, image=images.from_array(picture))

    def _redraw(self, asked: Sequence[_Asked], _: Told) -> list[Pixels]:
        return by_halves(self._together, asked)

    def _together(self, asked: Sequence[_Asked]) -> list[Pixels]:
        with memory_errors(_STAGE):
            return self._network.redraw([face for face, _ in asked], [heard for _, heard in asked])


def _opened(content: bytes) -> _Opened:
    return _Opened(canvases(content), FaceRegion(content))
