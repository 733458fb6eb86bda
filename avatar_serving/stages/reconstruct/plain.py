"""A flat face: the picture on a card, with eyes and a mouth that move. For tests: no weights."""

from collections.abc import AsyncGenerator
from typing import Literal

from avatar_serving import images
from avatar_serving.avatars.plain import plain_package
from avatar_serving.media import Progress, ReconstructRequest
from avatar_serving.stages.base import StageConfig


class PlainReconstructConfig(StageConfig):
    engine: Literal["plain"] = "plain"

    def build(self) -> "PlainReconstruct":
        return PlainReconstruct()


class PlainReconstruct:
    async def run(self, request: ReconstructRequest, /) -> AsyncGenerator[Progress | bytes, None]:
        yield Progress("mesh", 0.5, "Building the mesh")
        yield plain_package(images.to_array(request.image))
