"""Splats that a large avatar model (LAM) sees in the picture, on the portrait's own mesh."""

from collections.abc import AsyncGenerator, Generator
from typing import Literal

from pydantic import Field

from avatar_serving import images, weights
from avatar_serving.avatars.dense import dense
from avatar_serving.avatars.manifest import EngineEntry
from avatar_serving.avatars.rig import PortraitRig
from avatar_serving.avatars.skinned import SkinnedMesh
from avatar_serving.avatars.splats import Gaussians
from avatar_serving.flow import in_thread
from avatar_serving.media import Progress, ReconstructRequest
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.reconstruct.network_process import NetworkProcess
from avatar_serving.stages.reconstruct.portrait import (
    PortraitReconstruct,
    PortraitReconstructConfig,
)
from avatar_serving.stages.reconstruct.seen_splats import (
    as_gaussians,
    drawn_alone,
    in_metres,
    licence_of,
    packed,
    skinned,
)
from avatar_serving.torch_device import Device

VERSION = "2"
WORKER = "avatar_serving.lam.worker"
STARTED = 0.6


class LamReconstructConfig(StageConfig):
    engine: Literal["lam"] = "lam"
    model: str = "lam-20k"
    """Name of a folder in the weights lock: ``model.safetensors``, and ``shape.json`` unless it is
    as large as LAM-20K."""
    python: str = ""
    """An interpreter that has torch and safetensors, of an environment of its own; empty: this one.
    Nothing else of it is used."""
    device: Device = "cuda"
    """Where the network is computed."""
    splats_across: int = Field(default=80, ge=8, le=200)
    """How many splats lie side by side along the image square, on the head."""
    limit_s: float = Field(default=120, gt=0)
    """Longest that one picture may take, and the start."""

    def required_weights(self) -> tuple[str, ...]:
        return (*PortraitReconstructConfig.weights, self.model)

    def build(self) -> "LamReconstruct":
        return LamReconstruct(self)


class LamReconstruct:
    def __init__(self, config: LamReconstructConfig) -> None:
        """Raises WeightsError, StageFailed, StageTimeout."""
        folder = weights.path(config.model)
        self._licence = licence_of(config.model)
        self._edge = 1 / config.splats_across
        self._process = NetworkProcess(WORKER, config.python, folder, config.device, config.limit_s)
        self._side = self._process.start()
        self._portraits = PortraitReconstruct(PortraitReconstructConfig())

    def run(self, request: ReconstructRequest, /) -> AsyncGenerator[Progress | bytes, None]:
        """Raises ImageRejected, OutOfMemory, EngineLost, StageFailed, StageTimeout."""
        return in_thread(self._reconstruct(request))

    def close(self) -> None:
        self._process.close()

    def _reconstruct(self, request: ReconstructRequest) -> Generator[Progress | bytes, None, None]:
        source = images.to_array(request.image)
        for item in self._portraits.build(source):
            if isinstance(item, Progress):
                yield Progress(item.step, STARTED * item.fraction, item.message)
                continue
            yield Progress("network", STARTED, "Seeing the head")
            mesh, splats = seen(item.rig, self._edge, self._process, self._side)
            engine = EngineEntry(name="lam", version=VERSION)
            yield packed(mesh, splats, item, source, self._licence, engine)


def seen(
    rig: PortraitRig, edge: float, process: NetworkProcess, side: int
) -> tuple[SkinnedMesh, Gaussians]:
    """The person's mesh, and what the network puts on it. *side*: of its pictures, in pixels."""
    start = dense(rig, edge)
    points, scale = in_metres(start.mesh)
    found = process.attributes({"picture": drawn_alone(rig, side), "points": points})
    return skinned(start.mesh, rig), as_gaussians(found, scale, start)
