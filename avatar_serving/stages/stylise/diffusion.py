"""Redraw a portrait by words with a diffusion model: styles, expressions, poses, scenes, LoRA."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving import weights
from avatar_serving.batches import Batches
from avatar_serving.errors import InvalidRequest
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.matte import person_matte
from avatar_serving.images import from_array, to_array
from avatar_serving.media import Drawing, Image, Look, Progress, StyliseRequest
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.stylise.adapter_shelf import AdapterShelf, LoraAdapter
from avatar_serving.stages.stylise.backdrop import change_background, check_background
from avatar_serving.stages.stylise.canvas import make_canvas
from avatar_serving.stages.stylise.choices import Choice, DrawingChoices
from avatar_serving.stages.stylise.diffuser import (
    Diffuser,
    DiffuserFiles,
    Dtype,
    FewSteps,
    Sketch,
    check_numbers,
)
from avatar_serving.stages.stylise.resemblance import Inspector
from avatar_serving.stages.stylise.restore import GOOD
from avatar_serving.stages.stylise.sketching import Sketcher
from avatar_serving.stages.stylise.upscale import Upscaler, resized
from avatar_serving.stages.stylise.wording import (
    EXPRESSIONS,
    KEEP,
    POSES,
    SCENES,
    STYLES,
    Language,
    Preset,
    Words,
    check_words,
)
from avatar_serving.torch_device import Device


class DiffusionStyliseConfig(StageConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "diffusers", "transformers", "peft")
    weights: ClassVar[tuple[str, ...]] = (
        "face-detector", "face-landmarks", "face-blendshapes", "face-geometry", "face-descriptor",
        "selfie-segmentation", "nsfw", "realesrgan-x4plus.param", "realesrgan-x4plus.bin",
    )  # fmt: skip

    engine: Literal["diffusion"] = "diffusion"
    model: str = "sdxl-base-1.0"
    """Name of a folder in the weights lock: any model that diffusers redraw pictures with."""
    controlnet: str = ""
    """A ControlNet for outlines, by its name in the lock; keeps the pose."""
    identity: str = ""
    """An IP-Adapter, by its name in the lock; keeps the person."""
    identity_scale: float = Field(default=0.6, ge=0, le=1)
    """How much the IP-Adapter counts against the words."""
    few_step: str = ""
    """A LoRA for few steps, by its name in the lock; goes with few_steps: lcm."""
    few_steps: FewSteps = "none"
    """The scheduler of models made for few steps: lcm, or trailing for the turbo kind."""
    adapters: tuple[LoraAdapter, ...] = ()
    """LoRA adapters that a request may name."""
    trained: str = ""
    """Folder of adapters that `lora train` made; each may be named at once, by its name."""
    adapters_in_memory: int = Field(default=4, ge=1)
    """The one that was not used for longest makes room."""
    device: Device = "cuda"
    """Where it is computed."""
    dtype: Dtype = "bfloat16"
    """Numbers that the weights are computed in."""
    side_px: int = Field(default=1024, ge=32, le=2048, multiple_of=8)
    """Side of the square that is drawn: what the model was trained for."""
    steps: int = Field(default=30, ge=1, le=100)
    """Of a whole drawing; a strength of 0.5 does half of them."""
    guidance: float = Field(default=5.5, ge=0, le=30)
    """How closely the words are followed; 0 for turbo models, 1 to 2 with lcm."""
    language: Language = "en"
    """Of the words that the presets give the model."""
    batch: int = Field(default=4, ge=1)
    """Most requests that are drawn together."""
    batch_wait_ms: int = Field(default=30, ge=0)
    """How long a request waits for others like it. Besides, it waits for the batch before it."""
    most_nsfw: float = Field(default=0.7, gt=0, le=1)
    """Drawings that score as much are withheld."""

    @property
    def held_at_once(self) -> int:
        return self.adapters_in_memory

    def required_weights(self) -> tuple[str, ...]:
        optional = (self.controlnet, self.identity, self.few_step)
        named = (adapter.weights for adapter in self.adapters)
        return (*self.weights, self.model, *filter(None, optional), *named)

    def build(self) -> "DiffusionStylise":
        return DiffusionStylise(self)

    def styles(self) -> tuple[tuple[str, str], ...]:
        """What `Look.style` can be: (id, name for people)."""
        return ("none", "Photo"), *((style, preset.title) for style, preset in STYLES.items())

    def drawing_choices(self) -> DrawingChoices:
        shelf = AdapterShelf(self.model, self.adapters, self.trained)
        return DrawingChoices(
            expression=_choices(EXPRESSIONS),
            pose=_choices(POSES),
            scene=_choices(SCENES),
            adapter=tuple(Choice(id=name, name=name) for name in shelf.names()),
            steps=self.steps,
            guidance=self.guidance,
        )


def _choices(presets: Mapping[str, Preset]) -> tuple[Choice, ...]:
    return tuple(Choice(id=name, name=preset.title) for name, preset in presets.items())


class DiffusionStylise:
    def __init__(self, config: DiffusionStyliseConfig) -> None:
        """Raises StageFailed, OutOfMemory, WeightsError."""
        self._config = config
        self._shelf = AdapterShelf(config.model, config.adapters, config.trained)
        self._diffuser = Diffuser(
            _files(config), self._shelf.folder, device=config.device, dtype=config.dtype,
            few_steps=config.few_steps, identity_scale=config.identity_scale,
            adapters=config.adapters_in_memory,
        )  # fmt: skip
        self._batches = Batches(self._diffuser.draw, config.batch, config.batch_wait_ms / 1000)
        self._sketcher = Sketcher(config.language, config.steps, config.guidance)
        self._finder = FaceFinder()
        self._inspector = Inspector(self._finder, config.most_nsfw)

    async def warm(self) -> None:
        """Draw one step of nothing, so that kernels are compiled and memory is taken."""
        side = self._config.side_px
        grey = np.full((side, side, 3), 128, np.uint8)
        sketch = Sketch(grey, Words("", ""), 1.0, 1, self._config.guidance)
        await asyncio.to_thread(self._diffuser.draw, [sketch], lambda _: None)

    async def run(self, request: StyliseRequest, /) -> AsyncGenerator[Progress | Image, None]:
        """A Progress for every step, a Likeness, and the picture.

        Raises:
            ImageRejected: no face in the photo, or the drawing is not safe for work.
            InvalidRequest, NotFound: no such preset or adapter; a number out of range.
            OutOfMemory: no room on the GPU now.
            StageFailed: the face is lost.
        """
        look = request.look
        self._check(look)
        if look == Look():
            yield request.image
            return
        yield Progress("stylise", 0.02, "Cutting out head and shoulders")
        photo = await asyncio.to_thread(make_canvas, to_array(request.image), self._finder)
        passes, side = self._sketcher.passes(look), self._config.side_px
        rgb = resized(photo.rgb, side, side) if passes else photo.rgb
        for number, make in enumerate(passes):
            sketch = await asyncio.to_thread(make, rgb, look)
            part = 0.8 / len(passes)
            async with aclosing(self._drawn(sketch, 0.08 + part * number, part)) as items:
                async for item in items:
                    if isinstance(item, Progress):
                        yield item
                    else:
                        rgb = item
        yield Progress("stylise", 0.9, "Looking at the drawing")
        yield await asyncio.to_thread(self._inspector.inspect, photo.rgb, photo.face, rgb)
        yield await asyncio.to_thread(_finished, rgb, look, photo.side)

    def _check(self, look: Look) -> None:
        drawing = look.drawing or Drawing()
        check_words(look)
        check_background(look)
        check_numbers(look.strength, drawing.steps)
        if drawing.adapter:
            self._shelf.folder(drawing.adapter)
        if drawing.scene != KEEP and look.background != "keep":
            raise InvalidRequest("either a scene or a background", "look.drawing.scene")

    async def _drawn(
        self, sketch: Sketch, low: float, part: float
    ) -> AsyncGenerator[Progress | NDArray[np.uint8], None]:
        async with aclosing(self._batches.run(sketch, sketch.alike)) as items:
            async for item in items:
                if isinstance(item, np.ndarray):
                    yield item
                else:
                    yield Progress("stylise", low + part * item, "Drawing")


def _finished(rgb: NDArray[np.uint8], look: Look, side: int) -> Image:
    """In the size of the photo's square, with the background that is asked for."""
    if look.restore and rgb.shape[0] < side:
        rgb = Upscaler(GOOD, threads=1).enlarge(rgb)
    rgb = resized(rgb, side, side)
    if look.background_image is None and look.background == "keep":
        return from_array(rgb)
    return from_array(change_background(rgb, person_matte(rgb), look))


def _files(config: DiffusionStyliseConfig) -> DiffuserFiles:
    def optional(name: str) -> Path | None:
        return weights.path(name) if name else None

    return DiffuserFiles(
        weights.path(config.model),
        optional(config.controlnet),
        optional(config.identity),
        optional(config.few_step),
    )
