"""Gaussian splats on a GPU, by gsplat: frames of many sessions in one call."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import cv2
import numpy as np
from pydantic import Field

from avatar_serving import images
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.splat_scene import NEUTRAL, SplatScene
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.batches import Batches, Told
from avatar_serving.flow import collect, prefetch
from avatar_serving.media import FaceFrame, RenderRequest, VideoFrame, Window
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.render.drawing import Pixels, apart, behind_of, window_of
from avatar_serving.stages.render.kept import Kept
from avatar_serving.torch_device import Device, memory_errors, torch_device

if TYPE_CHECKING:
    from avatar_serving.splatting.bank import Stretch

_STAGE = "render"
Drawn: TypeAlias = list[list[Pixels]]
"""For each frame of a stretch its pictures: one, or over black and over white."""


class GsplatRenderConfig(StageConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "gsplat")

    engine: Literal["gsplat"] = "gsplat"
    device: Device = "cuda"
    """Where it draws. The CPU does it without gsplat, for tests: tiny pictures take seconds."""
    max_size_px: int = Field(default=1920, ge=64)
    """Largest side of an avatar's square; a frame shows all or a part of it."""
    kept_scenes: int = Field(default=64, ge=1)
    """Avatars kept in the GPU's memory, about 20 MB each."""
    splats_across: int = Field(default=70, ge=10, le=400)
    """How many splats lie side by side along the image square, on a portrait's head."""
    batch: int = Field(default=32, ge=1)
    """Most frames that are drawn in one call, of all sessions."""
    stretch: int = Field(default=4, ge=1)
    """Consecutive frames of one session that are drawn together."""
    batch_wait_ms: int = Field(default=4, ge=0)
    """How long frames wait for those of other sessions. Besides, they wait for the call before."""

    def build(self) -> "GsplatRender":
        return GsplatRender(self)


class GsplatRender:
    def __init__(self, config: GsplatRenderConfig) -> None:
        """Raises StageFailed: no torch, or no GPU."""
        self._config = config
        self._device = torch_device(_STAGE, config.device)
        from avatar_serving.splatting.bank import Bank

        self._bank = Bank(_STAGE, self._device, config.kept_scenes)
        self._scenes = Kept(config.kept_scenes, self._opened)
        together = max(1, config.batch // config.stretch)
        self._drawer: Batches[Stretch, Drawn] = Batches(
            self._draw, together, config.batch_wait_ms / 1000
        )

    async def warm(self) -> None:
        """Draw a frame of nobody, so that memory is taken."""
        package = plain_package(np.full((64, 64, 3), 128, np.uint8))
        await collect(self.run(RenderRequest(package, (FaceFrame(0.0, NEUTRAL),), 64)))

    async def run(self, request: RenderRequest, /) -> AsyncGenerator[VideoFrame, None]:
        """Raises InvalidRequest, PackageInvalid, OutOfMemory."""
        window = window_of(request, self._config.max_size_px)
        avatar, scene = await asyncio.to_thread(self._scenes, request.package)
        behind = await asyncio.to_thread(self._behind, scene, request, window)
        drawn = self._drawn(request, avatar, behind, window)
        async with aclosing(prefetch(drawn, self._config.stretch)) as frames:
            async for frame in frames:
                yield frame

    async def _drawn(
        self, request: RenderRequest, avatar: Any, behind: Any, window: Window
    ) -> AsyncGenerator[VideoFrame, None]:
        from avatar_serving.splatting.bank import Shot, Stretch
        from avatar_serving.splatting.drawing import View

        view = View(request.size, window.left, window.top, window.width, window.height)
        step = self._config.stretch
        for first in range(0, len(request.frames), step):
            frames = request.frames[first : first + step]
            shots = tuple(Shot(avatar, frame.values, behind) for frame in frames)
            async with aclosing(self._drawer.run(Stretch(view, shots), view)) as items:
                async for item in items:
                    if isinstance(item, list):
                        for frame, pictures in zip(frames, item, strict=True):
                            yield _shown(frame.at_s, pictures)

    def _draw(self, stretches: "Sequence[Stretch]", told: Told) -> list[Drawn]:
        """Of stretches with the same view."""
        shots = [shot for stretch in stretches for shot in stretch.shots]
        drawn = iter(self._bank.draw(shots, stretches[0].view))
        told(1.0)
        return [[list(next(drawn).numpy()) for _ in stretch.shots] for stretch in stretches]

    def _opened(self, content: bytes) -> tuple[Any, SplatScene]:
        from avatar_serving.splatting.stack import of_scene

        scene = load_scene(content, 1 / self._config.splats_across)
        with memory_errors(_STAGE):
            return of_scene(scene, self._device), scene

    def _behind(self, scene: SplatScene, request: RenderRequest, window: Window) -> Any:
        """(k, h, w, 3), 0..1, on the device: black and white for a person cut out."""
        import torch

        pixels = behind_of(request, window)
        if request.cut_out:
            shape = (window.height, window.width, 3)
            shown = np.stack([np.full(shape, tone, np.uint8) for tone in (0, 255)])
        elif pixels is not None:
            shown = pixels[None]
        else:
            shown = _cut(scene.background, request.size, window)[None]
        with memory_errors(_STAGE):
            return torch.tensor(shown, device=self._device, dtype=torch.float32) / 255


def _cut(background: Pixels, size: int, window: Window) -> Pixels:
    method = cv2.INTER_AREA if size < len(background) else cv2.INTER_LINEAR
    whole = np.asarray(cv2.resize(background, (size, size), interpolation=method), np.uint8)
    rows = slice(window.top, window.top + window.height)
    return whole[rows, window.left : window.left + window.width]


def _shown(at_s: float, pictures: list[Pixels]) -> VideoFrame:
    if len(pictures) == 1:
        return VideoFrame(at_s, images.from_array(pictures[0]))
    colour, alpha = apart(*pictures)
    return VideoFrame(at_s, images.from_array(colour), alpha.tobytes())
