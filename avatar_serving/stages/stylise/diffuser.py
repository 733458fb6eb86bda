"""A diffusion model that redraws pictures: whatever image-to-image pipeline diffusers know."""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from avatar_serving.batches import Told
from avatar_serving.errors import InvalidRequest, StageFailed
from avatar_serving.faces.litert import Floats
from avatar_serving.stages.stylise.adapters import Adapters
from avatar_serving.stages.stylise.wording import Words
from avatar_serving.torch_device import Device, memory_errors, torch_device

Dtype = Literal["bfloat16", "float16", "float32"]
FewSteps = Literal["none", "lcm", "trailing"]
FEW_STEP_ADAPTER = "few-step"
EDGE_THRESHOLDS = 60, 160


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """One picture to be redrawn."""

    rgb: NDArray[np.uint8]
    """(side, side, 3), in the size that is drawn."""
    words: Words
    strength: float
    """0..1: how much of the picture is given up for noise."""
    steps: int
    guidance: float
    seed: int = 0
    adapter: str = ""
    keep_pose: bool = True
    """Follow the picture's outlines, where there is a ControlNet."""
    repaint: Floats | None = None
    """(side, side), 1 where it is to be drawn, 0 where it is to stay; None: everywhere."""

    @property
    def alike(self) -> Hashable:
        """Sketches with the same can be drawn together."""
        return (
            self.rgb.shape, self.strength, self.steps, self.guidance, self.adapter,
            self.keep_pose, self.repaint is None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiffuserFiles:
    """Folders as diffusers write them."""

    model: Path
    controlnet: Path | None = None
    identity: Path | None = None
    """An IP-Adapter: ip_adapter.safetensors, and image_encoder/."""
    few_step: Path | None = None
    """A LoRA that lets the model do with few steps."""


class Diffuser:
    """One drawing at a time; not for several threads at once."""

    def __init__(
        self, files: DiffuserFiles, find_adapter: Callable[[str], Path], *,
        device: Device, dtype: Dtype, few_steps: FewSteps, identity_scale: float, adapters: int,
    ) -> None:  # fmt: skip
        """Raises:
        OutOfMemory: the model does not fit on the GPU.
        StageFailed: no torch, no GPU, or files that diffusers cannot load.
        """
        self._device = torch_device("stylise", device)
        with memory_errors("stylise"):
            self._redraw = load_pipeline(files, dtype).to(self._device)
            _set_scheduler(self._redraw, few_steps)
            if files.identity is not None:
                _add_identity(self._redraw, files.identity, identity_scale)
            self._repaint = _sharing(self._redraw)
            always = [FEW_STEP_ADAPTER] if files.few_step else []
            few_step = files.few_step or Path()

            def find(name: str) -> Path:
                return few_step if name == FEW_STEP_ADAPTER else find_adapter(name)

            self.adapters = Adapters(self._redraw, find, always, adapters)
        self._controlled, self._identified = (
            files.controlnet is not None,
            files.identity is not None,
        )

    def draw(self, sketches: Sequence[Sketch], told: Told) -> list[NDArray[np.uint8]]:
        """*sketches* are alike. The same sketch gives the same picture.

        Raises:
            OutOfMemory: not enough room on the GPU now.
        """
        with memory_errors("stylise"):
            self.adapters.use(sketches[0].adapter)
            pipeline = self._redraw if sketches[0].repaint is None else self._repaint
            drawn = pipeline(**self._arguments(sketches, told)).images
        return [(each.clip(0, 1) * 255).round().astype(np.uint8) for each in drawn]

    def _arguments(self, sketches: Sequence[Sketch], told: Told) -> dict[str, Any]:
        import torch

        first = sketches[0]
        pictures = [Pillow.fromarray(sketch.rgb) for sketch in sketches]
        seeds = [torch.Generator(self._device).manual_seed(sketch.seed) for sketch in sketches]

        def after_step(pipeline: Any, step: int, _: Any, kept: dict[str, Any]) -> dict[str, Any]:
            told((step + 1) / max(step + 1, pipeline.num_timesteps))
            return kept

        arguments: dict[str, Any] = {
            "prompt": [sketch.words.prompt for sketch in sketches],
            "negative_prompt": [sketch.words.negative for sketch in sketches],
            "image": pictures,
            "strength": first.strength,
            # Only the last `strength` of the steps are done, and one must be.
            "num_inference_steps": max(first.steps, math.ceil(1 / first.strength)),
            "guidance_scale": first.guidance,
            "generator": seeds,
            "output_type": "np",
            "callback_on_step_end": after_step,
        }
        if first.repaint is not None:
            arguments["mask_image"] = [_mask(sketch) for sketch in sketches]
            arguments |= {"height": first.rgb.shape[0], "width": first.rgb.shape[1]}
        if self._identified:
            arguments["ip_adapter_image"] = [pictures]
        if self._controlled:
            arguments["control_image"] = [_outlines(sketch.rgb) for sketch in sketches]
            arguments["controlnet_conditioning_scale"] = 0.6 if first.keep_pose else 0.0
        return arguments


def check_numbers(strength: float, steps: int) -> None:
    """Raises InvalidRequest."""
    if not 0.05 <= strength <= 1:
        raise InvalidRequest("strength is from 0.05 to 1", "look.strength")
    if not 0 <= steps <= 100:
        raise InvalidRequest("steps are from 1 to 100", "look.drawing.steps")


def load_pipeline(files: DiffuserFiles, dtype: Dtype) -> Any:
    """Raises StageFailed where diffusers cannot read the files."""
    import torch
    from diffusers import AutoPipelineForImage2Image, ControlNetModel

    numbers = getattr(torch, dtype)
    control: dict[str, Any] = {}
    try:
        if files.controlnet is not None:
            control["controlnet"] = ControlNetModel.from_pretrained(
                files.controlnet, torch_dtype=numbers, variant=_variant(files.controlnet)
            )
        pipeline: Any = AutoPipelineForImage2Image.from_pretrained(
            files.model, torch_dtype=numbers, variant=_variant(files.model),
            local_files_only=True, **control,
        )  # fmt: skip
    except (ValueError, OSError, KeyError) as error:
        raise StageFailed("stylise", f"cannot load {files.model}: {error}") from error
    pipeline.set_progress_bar_config(disable=True)
    if getattr(pipeline, "safety_checker", None) is not None:
        pipeline.register_modules(safety_checker=None)  # every model's drawings pass our own
    return pipeline


def _variant(folder: Path) -> str | None:
    """Many models come in 32 and in 16 bit, of which the latter are enough."""
    return "fp16" if any(folder.rglob("*.fp16.safetensors")) else None


def _set_scheduler(pipeline: Any, few_steps: FewSteps) -> None:
    from diffusers import EulerAncestralDiscreteScheduler, LCMScheduler

    if few_steps == "lcm":
        pipeline.scheduler = LCMScheduler.from_config(pipeline.scheduler.config)
    if few_steps == "trailing":
        pipeline.scheduler = EulerAncestralDiscreteScheduler.from_config(
            pipeline.scheduler.config, timestep_spacing="trailing"
        )


def _add_identity(pipeline: Any, folder: Path, scale: float) -> None:
    try:
        pipeline.load_ip_adapter(
            str(folder), subfolder="", weight_name="ip_adapter.safetensors",
            image_encoder_folder="image_encoder", local_files_only=True,
        )  # fmt: skip
    except (ValueError, OSError, RuntimeError) as error:
        raise StageFailed("stylise", f"cannot load {folder}: {error}") from error
    pipeline.set_ip_adapter_scale(scale)


def _sharing(pipeline: Any) -> Any:
    """A pipeline that draws a part of a picture, made of the same networks."""
    from diffusers import AutoPipelineForInpainting

    shared: Any = AutoPipelineForInpainting.from_pipe(pipeline)
    shared.set_progress_bar_config(disable=True)
    return shared


def _mask(sketch: Sketch) -> Pillow.Image:
    assert sketch.repaint is not None
    return Pillow.fromarray((sketch.repaint * 255).round().astype(np.uint8))


def _outlines(rgb: NDArray[np.uint8]) -> Pillow.Image:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    edges = np.asarray(cv2.Canny(grey, *EDGE_THRESHOLDS), np.uint8)
    return Pillow.fromarray(np.repeat(edges[..., None], 3, axis=2))
