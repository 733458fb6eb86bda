"""Whole heads drawn by a video model that listens: films of one picture, many sessions together."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import Field

from avatar_serving import images, weights
from avatar_serving.avatars.drawing import canvases
from avatar_serving.batches import Batches, Told, by_halves
from avatar_serving.errors import InvalidRequest
from avatar_serving.flashhead.sizes import FPS, SAMPLES_A_FRAME, SECONDS
from avatar_serving.flow import last, prefetch
from avatar_serving.media import FaceFrame, RenderRequest, VideoFrame, Window
from avatar_serving.samples import Samples
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.render.drawing import Pixels, behind_of, window_of
from avatar_serving.stages.render.face_region import shut
from avatar_serving.stages.render.head_motion import HeadMotion
from avatar_serving.stages.render.hearing import at_16_khz
from avatar_serving.stages.render.kept import Kept
from avatar_serving.stages.render.shows import Place, Shows, ending_at
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
    kept_shows: int = Field(default=16, ge=1)
    """Live shows whose last frames are kept in memory, about 6 MB each; others begin anew."""

    @property
    def held_at_once(self) -> int:
        return self.kept_shows

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
        self._motions = Kept(config.kept_rigs, HeadMotion)
        self._shows = Shows(config.kept_shows)
        self._batches: Batches[Stretch, Drawn] = Batches(
            self._draw, config.batch, config.batch_wait_ms / 1000
        )

    async def warm(self) -> None:
        """Draw a stretch of nobody, so that kernels are compiled and memory is taken."""
        side = self._studio.sizes.side
        picture = np.full((side, side, 3), 128, np.uint8)
        begins = await asyncio.to_thread(self._begun, picture, ())
        async with aclosing(self._stretches(begins, _SILENCE, 1)) as drawn:
            async for _ in drawn:
                pass

    async def run(self, request: RenderRequest, /) -> AsyncGenerator[VideoFrame, None]:
        """The first frame's motion, with a shut mouth, is the picture that the film is made of.
        Faces move by the sound, and heads by the sound and as the frames tell. Without sound nobody
        speaks. A request of a show goes on where the one before it ended, with its picture.

        Raises:
            InvalidRequest, PackageInvalid: what cannot be drawn, such as a person cut out.
            OutOfMemory: no room on the GPU now; the next request may pass.
        """
        window = window_of(request, self._config.max_size_px)
        if request.cut_out:
            raise InvalidRequest("flashhead draws what is behind a person too", "cut_out")
        if not request.frames:
            return
        sound = _SILENCE if request.sound is None else at_16_khz(request.sound)
        begins = self._shows.place(request.show)
        if begins is None:
            picture = await asyncio.to_thread(self._picture, request, window)
            begins = await asyncio.to_thread(self._begun, picture, request.frames[0].values)
        motion = await asyncio.to_thread(self._motions, request.package)
        sizes, number, stretch = self._studio.sizes, 0, begins.last
        shown = _shown(request, sizes.new)
        drawn = prefetch(self._stretches(begins, sound, 1 + max(shown)), 1)
        async with aclosing(drawn) as stretches:
            async for stretch in stretches:
                for frame, at in shown.get(number, ()):
                    turn = motion.turned, stretch[sizes.past + at], begins.pose, frame.values
                    whole = await asyncio.to_thread(*turn)
                    cut = await asyncio.to_thread(_cut, whole, request.size, window)
                    yield VideoFrame(frame.at_s, images.from_array(cut))
                number += 1
        ended = 1 + max(at for _, at in shown[number - 1])
        last_shown = stretch[ended : ended + sizes.past].copy()  # the rest need not be kept
        whole_sound = np.concatenate([begins.heard, sound])
        frames = len(begins.heard) // SAMPLES_A_FRAME + (number - 1) * sizes.new + ended
        heard = ending_at(whole_sound, frames, SAMPLES_A_FRAME, SECONDS * FPS)
        place = replace(begins, last=last_shown, heard=heard, stretches=begins.stretches + number)
        self._shows.went_on(request.show, place)

    async def _stretches(
        self, begins: Place, sound: Samples, count: int
    ) -> AsyncGenerator[Pixels, None]:
        """(frames, side, side, 3): the first of them are the last of the stretch before."""
        from avatar_serving.flashhead.studio import Drawn, Stretch

        new, known = self._studio.sizes.new, len(begins.heard) // SAMPLES_A_FRAME
        heard_so_far = np.concatenate([begins.heard, sound])
        history = await asyncio.to_thread(self._history, begins)
        for number in range(count):
            end = known + (number + 1) * new
            heard = await asyncio.to_thread(self._heard, heard_so_far, end)
            asked = Stretch(begins.reference, history, heard, (0, begins.stretches + number))
            drawn = await last(self._batches.run(asked, history.shape[1]))
            assert isinstance(drawn, Drawn)
            history = drawn.history
            yield drawn.frames

    def _begun(self, picture: Pixels, pose: tuple[float, ...]) -> Place:
        with memory_errors(_STAGE):
            reference = self._studio.reference(picture)
        return Place(reference, picture[None][:0], _SILENCE, 0, pose)

    def _history(self, begins: Place) -> Any:
        """Latents of what was shown last; at the beginning, of the picture."""
        if not len(begins.last):
            return begins.reference[:, :1]
        with memory_errors(_STAGE):
            return self._studio.history(begins.last)

    def _picture(self, request: RenderRequest, window: Window) -> Pixels:
        canvas, size = self._packages(request.package), request.size
        values, behind = shut(request.frames[0].values), behind_of(request, window)
        whole = canvas(size, Window(0, 0, size, size), None).draw(values)
        if behind is not None:
            rows = slice(window.top, window.top + window.height)
            columns = slice(window.left, window.left + window.width)
            whole[rows, columns] = canvas(size, window, behind).draw(values)
        return _resized(whole, self._studio.sizes.side)

    def _heard(self, sound: Samples, end: int) -> Any:
        with memory_errors(_STAGE):
            return self._ears.heard(sound, end, self._studio.sizes.frames)

    def _draw(self, asked: "Sequence[Stretch]", _: Told) -> "list[Drawn]":
        return by_halves(self._together, asked)

    def _together(self, asked: "Sequence[Stretch]") -> "list[Drawn]":
        with memory_errors(_STAGE):
            return self._studio.draw(asked)


def _shown(request: RenderRequest, new: int) -> dict[int, list[tuple[FaceFrame, int]]]:
    """By the number of a stretch: frames in it, and which of those it draws they show."""
    found: dict[int, list[tuple[FaceFrame, int]]] = {}
    for frame in request.frames:
        # A rounding error must not show a frame too early.
        number, at = divmod(int(frame.at_s * FPS + 1e-6), new)
        found.setdefault(number, []).append((frame, at))
    return found


def _cut(drawn: Pixels, size: int, window: Window) -> Pixels:
    rows = slice(window.top, window.top + window.height)
    return _resized(drawn, size)[rows, window.left : window.left + window.width]


def _resized(picture: Pixels, side: int) -> Pixels:
    method = cv2.INTER_AREA if side < len(picture) else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=method), np.uint8)
