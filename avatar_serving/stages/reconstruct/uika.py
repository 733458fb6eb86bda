"""Splats that a large avatar model (UIKA) sees in pictures of a person, on the portrait's mesh."""

from collections.abc import AsyncGenerator, Generator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving import images, weights
from avatar_serving.avatars.manifest import EngineEntry
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.errors import ImageRejected, InvalidRequest
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.identity import SAME_PERSON, IdentityModel, distance
from avatar_serving.flow import in_thread
from avatar_serving.media import Progress, ReconstructRequest
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.reconstruct.head_views import MapNetwork, open_network, seen, view_of
from avatar_serving.stages.reconstruct.network_process import NetworkProcess
from avatar_serving.stages.reconstruct.portrait import (
    PortraitReconstruct,
    PortraitReconstructConfig,
)
from avatar_serving.stages.reconstruct.seen_splats import licence_of, packed
from avatar_serving.torch_device import Device

VERSION = "2"
WORKER = "avatar_serving.uika.worker"
STARTED = 0.6
"""Share of the work after which every picture has been measured."""


class UikaReconstructConfig(StageConfig):
    measuring: ClassVar[tuple[str, ...]] = (*PortraitReconstructConfig.weights, "face-descriptor")
    """What pictures are measured by."""

    engine: Literal["uika"] = "uika"
    model: str = "uika"
    """Name of a folder in the weights lock: one ``.safetensors``, ``shape.json`` unless it is as
    large as the published network, and ``layout.npy`` unless its map is laid out as ours."""
    python: str = ""
    """An interpreter that has torch and safetensors, of an environment of its own; empty: this one.
    Nothing else of it is used."""
    device: Device = "cuda"
    """Where the network is computed."""
    pictures: int = Field(default=8, ge=1, le=16)
    """Most pictures of a person that are looked at together."""
    splats_across: int = Field(default=80, ge=8, le=200)
    """How many splats lie side by side along the image square, on the head."""
    limit_s: float = Field(default=120, gt=0)
    """Longest that one avatar may take in the network, and its start."""

    def required_weights(self) -> tuple[str, ...]:
        return (*self.measuring, self.model)

    def build(self) -> "UikaReconstruct":
        return UikaReconstruct(self)


class UikaReconstruct:
    def __init__(self, config: UikaReconstructConfig) -> None:
        """Raises WeightsError, StageFailed, StageTimeout."""
        folder = weights.path(config.model)
        self._config = config
        self._licence = licence_of(config.model)
        self._network = _network(config, folder)
        self._portraits = PortraitReconstruct(PortraitReconstructConfig())
        self._finder, self._identity = FaceFinder(), IdentityModel()

    def run(self, request: ReconstructRequest, /) -> AsyncGenerator[Progress | bytes, None]:
        """The first picture is the one whose mesh, background and rest the avatar has.

        Raises:
            ImageRejected: also where a picture shows another person than the first.
            InvalidRequest: too many pictures.
            OutOfMemory, EngineLost, StageFailed, StageTimeout: of the network.
        """
        return in_thread(self._reconstruct(request))

    def close(self) -> None:
        self._network.process.close()

    def _reconstruct(self, request: ReconstructRequest) -> Generator[Progress | bytes, None, None]:
        sources = [images.to_array(image) for image in (request.image, *request.more)]
        if len(sources) > (most := self._config.pictures):
            raise InvalidRequest(f"at most {most} pictures, not {len(sources)}", "more")
        self._check_one_person(sources)
        portraits: list[Portrait] = []
        for number, source in enumerate(sources):
            for item in self._portraits.build(source):
                if isinstance(item, Progress):
                    done = STARTED * (number + item.fraction) / len(sources)
                    yield Progress(item.step, done, item.message)
                else:
                    portraits.append(item)
        yield Progress("network", STARTED, "Seeing the head")
        views = [view_of(each.rig, self._finder) for each in portraits]
        start, edge = portraits[0], 1 / self._config.splats_across
        mesh, splats = seen(start.rig, views, edge, self._network)
        engine = EngineEntry(name="uika", version=VERSION)
        yield packed(mesh, splats, start, sources[0], self._licence, engine)

    def _check_one_person(self, sources: Sequence[NDArray[np.uint8]]) -> None:
        if len(sources) < 2:
            return
        described: list[Any] = []
        for number, source in enumerate(sources, start=1):
            if not (faces := self._finder.find(source)):
                raise ImageRejected("face", f"No face was found in picture {number}.")
            described.append(self._identity.describe(source, faces[0]))
            if distance(described[0], described[-1]) >= SAME_PERSON:
                reason = f"Picture {number} seems to show another person than the first."
                raise ImageRejected("identity", reason)


def _network(config: UikaReconstructConfig, folder: Path) -> MapNetwork:
    process = NetworkProcess(WORKER, config.python, folder, config.device, config.limit_s)
    return open_network(process, folder)
