"""Frames of one grey that follows the jaw: a renderer for tests of what surrounds it."""

from collections.abc import AsyncGenerator
from typing import Literal

import numpy as np

from avatar_serving.flow import in_thread
from avatar_serving.media import CHANNELS, RenderRequest, VideoFrame, Window
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.render.drawing import Pixels, draw_frames

JAW = CHANNELS.index("jawOpen")
_LARGEST_PX = 4096


class FlatRenderConfig(StageConfig):
    engine: Literal["flat"] = "flat"

    def build(self) -> "FlatRender":
        return FlatRender()


class FlatRender:
    def run(self, request: RenderRequest, /) -> AsyncGenerator[VideoFrame, None]:
        return in_thread(draw_frames(request, _LARGEST_PX, lambda window, _: _Grey(window)))


class _Grey:
    def __init__(self, window: Window) -> None:
        self._window = window

    def draw(self, values: tuple[float, ...], /, *, breath: float = 0.0) -> Pixels:
        grey = round(255 * min(1.0, max(0.0, values[JAW])))
        return np.full((self._window.height, self._window.width, 3), grey, np.uint8)
