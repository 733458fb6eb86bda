"""Splats that a large avatar model (LAM) sees in the picture, on the portrait's own mesh."""

from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving import images, weights
from avatar_serving.avatars import gaussian
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.dense import dense
from avatar_serving.avatars.manifest import (
    CropEntry,
    EngineEntry,
    LicenceEntry,
    Manifest,
    source_entry,
)
from avatar_serving.avatars.portrait import LICENCES, Portrait
from avatar_serving.avatars.rig import Floats, Part, PortraitRig
from avatar_serving.avatars.skinned import SkinnedMesh
from avatar_serving.avatars.splats import Gaussians
from avatar_serving.flow import in_thread
from avatar_serving.media import ARKIT, Progress, ReconstructRequest
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.reconstruct.lam_process import LamProcess
from avatar_serving.stages.reconstruct.portrait import (
    PortraitReconstruct,
    PortraitReconstructConfig,
)
from avatar_serving.torch_device import Device

VERSION = "1"
HEAD_M = 0.26
"""Height of a head with its neck and hair, to which that of the mesh is scaled for the network."""
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
        licence = weights.library().get(config.model)
        self._licence = LicenceEntry.model_validate(
            {"part": "appearance", "licence": licence.licence, "class": licence.licence_class}
        )
        self._edge = 1 / config.splats_across
        self._process = LamProcess(config.python, folder, config.device, config.limit_s)
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
            yield _packed(mesh, splats, item, source, self._licence)


def seen(
    rig: PortraitRig, edge: float, process: LamProcess, side: int
) -> tuple[SkinnedMesh, Gaussians]:
    """The person's mesh, and what the network puts on it. *side*: of its pictures, in pixels."""
    mesh = dense(rig, edge).mesh
    points, scale = in_metres(mesh)
    found = process.attributes(over_white(rig, side), points)
    splats = Gaussians(
        means=_floats(found["offset"] / scale),
        scales=np.minimum(_floats(found["scale"] / scale), gaussian.LARGEST),
        rotations=_floats(found["rotation"]),
        colours=_floats(found["colour"]),
        opacities=np.clip(_floats(found["opacity"]), 1e-3, 0.999),
    )
    morphs = np.ascontiguousarray(mesh.morphs[: len(ARKIT)], np.float32)
    return SkinnedMesh(mesh.positions, mesh.triangles, morphs, mesh.head, rig.pivot), splats


def in_metres(mesh: Part) -> tuple[Floats, float]:
    """Vertices (n, 3) as the network knows heads, m from the middle of one; and how many metres an
    image square is."""
    head = mesh.positions[mesh.head > 0.5]
    low, high = head.min(0), head.max(0)
    scale = float(HEAD_M / max(high[1] - low[1], 1e-3))
    return ((mesh.positions - (low + high) / 2) * scale).astype(np.float32), scale


def over_white(rig: PortraitRig, side: int) -> NDArray[np.uint8]:
    """(side, side, 3): the person as in the picture, nothing behind."""
    size = len(rig.background)
    alone = replace(rig, background=np.full((size, size, 3), 255, np.uint8))
    drawn = Canvas(alone, size).draw(rig.rest_weights, photo=1.0)
    return np.asarray(cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _floats(array: Any) -> Floats:
    return np.ascontiguousarray(array, np.float32)


def _packed(
    mesh: SkinnedMesh, splats: Gaussians, start: Portrait, source: NDArray[np.uint8],
    licence: LicenceEntry,
) -> bytes:  # fmt: skip
    square, behind = start.square, start.rig.background
    parts = [
        LicenceEntry.model_validate({"part": p, "licence": spdx, "class": "commercial"})
        for p, spdx in LICENCES
    ]
    manifest = Manifest(
        type="gaussian",
        id="0" * 32,
        image_size=len(behind),
        source=source_entry(source),
        crop=CropEntry(x=square.x, y=square.y, size=square.size),
        licences=(licence, *parts),
        engine=EngineEntry(name="lam", version=VERSION),
        rest_weights=start.rig.rest_weights,
        files={},
    )
    return gaussian.pack(mesh, splats, behind, manifest)
