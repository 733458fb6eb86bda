"""The smallest animate engine, for tests: a jaw that follows the phones, and nothing else."""

from collections.abc import AsyncGenerator
from typing import Literal

import numpy as np

from avatar_serving.media import AnimateRequest, FaceFrame
from avatar_serving.stages.animate.timeline import COLUMN, timeline
from avatar_serving.stages.base import StageConfig

_FPS = 30
_OPEN = 0.4


class StillConfig(StageConfig):
    engine: Literal["still"] = "still"

    def build(self) -> "StillAnimate":
        return StillAnimate()


class StillAnimate:
    async def run(self, request: AnimateRequest, /) -> AsyncGenerator[FaceFrame, None]:
        line = timeline(request, _FPS)
        frames, times = line.empty(), line.stretch_s
        for phone in request.phones:
            if phone.symbol.strip():
                spoken = (times >= phone.start_s) & (times < phone.end_s)
                frames[:, COLUMN["jawOpen"]] = np.where(spoken, _OPEN, frames[:, COLUMN["jawOpen"]])
        for frame in line.frames(frames):
            yield frame
