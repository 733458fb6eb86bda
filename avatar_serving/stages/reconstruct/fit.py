"""Splats fitted to the picture on the portrait's own mesh, by drawing them again and again."""

from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving import images
from avatar_serving.avatars import gaussian
from avatar_serving.avatars.manifest import (
    CropEntry,
    EngineEntry,
    LicenceEntry,
    Manifest,
    source_entry,
)
from avatar_serving.avatars.portrait import LICENCES, Portrait
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.flow import in_thread
from avatar_serving.media import Progress, ReconstructRequest
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.reconstruct.portrait import (
    PortraitReconstruct,
    PortraitReconstructConfig,
)
from avatar_serving.torch_device import Device, memory_errors, torch_device

if TYPE_CHECKING:
    from avatar_serving.splatting.fit import Fitted

_STAGE = "reconstruct"
VERSION = "2"
STARTED = 0.3
"""Share of the work after which the portrait stands."""
TOLD_EVERY = 20
"""Steps."""
POSES = (
    {},
    {"jawOpen": 0.6},
    {"eyeBlink": 1.0},
    {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8},
    {"mouthPucker": 0.8},
    {"headYaw": 15.0},
    {"headYaw": -15.0, "jawOpen": 0.3},
    {"headPitch": 8.0, "browInnerUp": 0.8},
)
"""In which the portrait's rig draws what is compared by texture."""


class FitReconstructConfig(StageConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "gsplat")
    weights: ClassVar[tuple[str, ...]] = PortraitReconstructConfig.weights

    engine: Literal["fit"] = "fit"
    device: Device = "cuda"
    """Where it is fitted. The CPU does it without gsplat, for tests: tiny pictures take minutes."""
    size_px: int = Field(default=512, ge=16, le=1536)
    """Side of the pictures that are compared."""
    splats_across: int = Field(default=80, ge=8, le=200)
    """How many splats lie side by side along the image square, on the head."""
    steps: int = Field(default=600, ge=1)
    """How often it is drawn and made better."""

    def build(self) -> "FitReconstruct":
        return FitReconstruct(self)


class FitReconstruct:
    def __init__(self, config: FitReconstructConfig) -> None:
        """Raises StageFailed: no torch, no GPU, or no kernels of gsplat."""
        self._config = config
        self._device = torch_device(_STAGE, config.device)
        if config.device == "cuda":
            from avatar_serving.splatting.drawing import check_kernels

            check_kernels(_STAGE)
        self._portraits = PortraitReconstruct(PortraitReconstructConfig())

    def run(self, request: ReconstructRequest, /) -> AsyncGenerator[Progress | bytes, None]:
        """Raises ImageRejected, OutOfMemory."""
        return in_thread(self._reconstruct(request))

    def _reconstruct(self, request: ReconstructRequest) -> Generator[Progress | bytes, None, None]:
        source = images.to_array(request.image)
        for item in self._portraits.build(source):
            if isinstance(item, Progress):
                yield Progress(item.step, STARTED * item.fraction, item.message)
            else:
                yield from fitted(self._config, self._device, item, source)


def fitted(
    config: FitReconstructConfig, device: Any, start: Portrait, source: NDArray[np.uint8]
) -> Generator[Progress | bytes, None, None]:
    """Go on from a portrait made of *source* to a package."""
    from avatar_serving.splatting.fit import Fit

    poses = [pose_values(pose) for pose in POSES]
    edge = 1 / config.splats_across
    with memory_errors(_STAGE):
        fit = Fit(start.rig, start.picture, poses, config.size_px, edge, device)
        for number, step in enumerate(fit.run(config.steps)):
            if number % TOLD_EVERY == 0:
                share = STARTED + (0.98 - STARTED) * step.done
                yield Progress("fit", share, f"Fitting: {step.psnr:.1f} dB")
        found = fit.fitted()
    yield _packed(found, start, source)


def _packed(fitted: "Fitted", start: Portrait, source: NDArray[np.uint8]) -> bytes:
    square = start.square
    manifest = Manifest(
        version=gaussian.UNFOLDED_FROM,
        type="gaussian",
        id="0" * 32,
        image_size=len(start.rig.background),
        source=source_entry(source),
        crop=CropEntry(x=square.x, y=square.y, size=square.size),
        licences=tuple(
            LicenceEntry.model_validate({"part": p, "licence": spdx, "class": "commercial"})
            for p, spdx in LICENCES
        ),
        engine=EngineEntry(name="fit", version=VERSION),
        rest_weights=start.rig.rest_weights,
        files={},
    )
    return gaussian.pack(fitted.mesh, fitted.splats, start.rig.background, manifest)
