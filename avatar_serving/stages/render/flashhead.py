"""Whole heads drawn by a video model that listens: films of one picture, many sessions together."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import Field

from avatar_serving import images, weights
from avatar_serving.avatars.drawing import canvases
from avatar_serving.batches import Batches, Told, by_halves
from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import last, prefetch
from avatar_serving.media import RenderRequest, VideoFrame, Window
from avatar_serving.samples import Samples
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.render.drawing import Pixels, behind_of, window_of
from avatar_serving.stages.render.face_region import shut
from avatar_serving.stages.render.hearing import at_16_khz
from avatar_serving.stages.render.kept import Kept
from avatar_serving.torch_device import Device, memory_errors, torch_device

if TYPE_CHECKING:
    from avatar_serving.flashhead.studio import Drawn, Stretch

_STAGE = "render"
_SILENCE = np.zeros(0, np.float32)


class FlashheadConfig(StageConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "diffusers", "transformers", "safetensors")

    engine: Literal["flashhead"] = "flashhead"
    model: str = "flashhead-pro"
    """The network that draws, by its name in the weights lock."""
    vae: str = "wan-2.1-vae"
    """What turns films into latents and back, by its name in the lock."""
    hearing: str = "wav2vec2-base-960h"
    """A wav2vec 2.0 model, by its name in the lock."""
    device: Device = "cuda"
    """Where it is computed."""
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    """Numbers that the weights are computed in."""
    steps: int = Field(default=4, ge=1, le=50)
    """From noise to a film; the published networks were taught to need four."""
    batch: int = Field(default=2, ge=1)
    """Most stretches (about a second each), of as many sessions, that are drawn together."""
    batch_wait_ms: int = Field(default=20, ge=0)
    """How long a stretch waits for others. Besides, it waits for the batch before it."""
    max_size_px: int = Field(default=1920, ge=64)
    """Largest side of an avatar's square; a frame shows all or a part of it."""
    kept_rigs: int = Field(default=4, ge=1)
    """Opened packages kept in memory, about 10 MB each."""

    def required_weights(self) -> tuple[str, ...]:
        return self.model, self.vae, self.hearing

    def build(self) -> "FlashheadRender":
        return FlashheadRender(self)


class FlashheadRender:
    def __init__(self, config: FlashheadConfig) -> None:
        """Raises StageFailed, OutOfMemory, WeightsError."""
        self._config = config
        device = torch_device(_STAGE, config.device)
        import torch

        from avatar_serving.flashhead.ears import Ears
        from avatar_serving.flashhead.studio import FilmStudio

        numbers = getattr(torch, config.dtype)
        model, vae = weights.path(config.model), weights.path(config.vae)
        with memory_errors(_STAGE):
            self._studio = FilmStudio(model, vae, config.steps, numbers, device)
            self._ears = Ears(weights.path(config.hearing), numbers, device)
        self._packages = Kept(config.kept_rigs, canvases)
        self._batches: Batches[Stretch, Drawn] = Batches(
            self._draw, config.batch, config.batch_wait_ms / 1000
        )

    async def warm(self) -> None:
        """Draw a stretch of nobody, so that kernels are compiled and memory is taken."""
        side = self._studio.sizes.side
        picture = np.full((side, side, 3), 128, np.uint8)
        async with aclosing(self._stretches(picture, _SILENCE, 1)) as drawn:
            async for _ in drawn:
                pass

    async def run(self, request: RenderRequest, /) -> AsyncGenerator[VideoFrame, None]:
        """The first frame's motion, with a shut mouth, is the picture that the film is made of; the
        film's own motion comes from the sound. Without sound nobody speaks.

        Raises:
            InvalidRequest, PackageInvalid: what cannot be drawn, such as a person cut out.
            OutOfMemory: no room on the GPU now; the next request may pass.
        """
        window = window_of(request, self._config.max_size_px)
        if request.cut_out:
            raise InvalidRequest("flashhead draws what is behind a person too", "cut_out")
        if not request.frames:
            return
        picture = await asyncio.to_thread(self._picture, request, window)
        sound = _SILENCE if request.sound is None else at_16_khz(request.sound)
        shown = _shown(request, self._studio.sizes.new)
        drawn = prefetch(self._stretches(picture, sound, 1 + max(shown)), 1)
        number = 0
        async with aclosing(drawn) as stretches:
            async for stretch in stretches:
                for at_s, at in shown.get(number, ()):
                    frame = await asyncio.to_thread(_cut, stretch[at], request.size, window)
                    yield VideoFrame(at_s, images.from_array(frame))
                number += 1

    async def _stretches(
        self, picture: Pixels, sound: Samples, count: int
    ) -> AsyncGenerator[Pixels, None]:
        """(frames, side, side, 3): the new ones of each stretch, which begins as the one before
        it ended."""
        from avatar_serving.flashhead.studio import Drawn, Stretch

        sizes = self._studio.sizes
        reference = await asyncio.to_thread(self._encoded, picture)
        history = reference[:, :1]
        for number in range(count):
            heard = await asyncio.to_thread(self._heard, sound, (number + 1) * sizes.new)
            asked = Stretch(reference, history, heard, (0, number))
            drawn = await last(self._batches.run(asked, history.shape[1]))
            assert isinstance(drawn, Drawn)
            history = drawn.history
            yield drawn.frames[sizes.past :]

    def _picture(self, request: RenderRequest, window: Window) -> Pixels:
        canvas, size = self._packages(request.package), request.size
        values, behind = shut(request.frames[0].values), behind_of(request, window)
        whole = canvas(size, Window(0, 0, size, size), None).draw(values)
        if behind is not None:
            rows = slice(window.top, window.top + window.height)
            columns = slice(window.left, window.left + window.width)
            whole[rows, columns] = canvas(size, window, behind).draw(values)
        return _resized(whole, self._studio.sizes.side)

    def _encoded(self, picture: Pixels) -> Any:
        with memory_errors(_STAGE):
            return self._studio.reference(picture)

    def _heard(self, sound: Samples, end: int) -> Any:
        with memory_errors(_STAGE):
            return self._ears.heard(sound, end, self._studio.sizes.frames)

    def _draw(self, asked: "Sequence[Stretch]", _: Told) -> "list[Drawn]":
        return by_halves(self._together, asked)

    def _together(self, asked: "Sequence[Stretch]") -> "list[Drawn]":
        with memory_errors(_STAGE):
            return self._studio.draw(asked)


def _shown(request: RenderRequest, new: int) -> dict[int, list[tuple[float, int]]]:
    """By the number of a stretch: times of frames in it, and which of its frames they show."""
    from avatar_serving.flashhead.sizes import FPS

    found: dict[int, list[tuple[float, int]]] = {}
    for frame in request.frames:
        # A rounding error must not show a frame too early.
        number, at = divmod(int(frame.at_s * FPS + 1e-6), new)
        found.setdefault(number, []).append((frame.at_s, at))
    return found


def _cut(drawn: Pixels, size: int, window: Window) -> Pixels:
    rows = slice(window.top, window.top + window.height)
    return _resized(drawn, size)[rows, window.left : window.left + window.width]


def _resized(picture: Pixels, side: int) -> Pixels:
    method = cv2.INTER_AREA if side < len(picture) else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=method), np.uint8)
