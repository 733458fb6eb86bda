"""Frames of one grey that follows the jaw: a renderer for tests of what surrounds it."""

from collections.abc import AsyncGenerator
from typing import Literal

from avatar_serving.media import CHANNELS, Image, RenderRequest, VideoFrame
from avatar_serving.stages.base import StageConfig

JAW = CHANNELS.index("jawOpen")


class FlatRenderConfig(StageConfig):
    engine: Literal["flat"] = "flat"

    def build(self) -> "FlatRender":
        return FlatRender()


class FlatRender:
    async def run(self, request: RenderRequest, /) -> AsyncGenerator[VideoFrame, None]:
        for frame in request.frames:
            grey = round(255 * min(1.0, max(0.0, frame.values[JAW])))
            pixels = bytes([grey]) * (3 * request.size**2)
            yield VideoFrame(frame.at_s, Image(pixels, request.size, request.size))
