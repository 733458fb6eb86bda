"""Face motion from the times of phones: no weights, the same on every machine."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal

from pydantic import Field

from avatar_serving.media import AnimateRequest, FaceFrame
from avatar_serving.stages.animate.audio import AudioConfig
from avatar_serving.stages.animate.face import face
from avatar_serving.stages.animate.timed import speaking_of
from avatar_serving.stages.animate.timeline import timeline
from avatar_serving.stages.base import StageConfig


class PhonesConfig(StageConfig):
    engine: Literal["phones"] = "phones"
    fps: int = Field(default=30, ge=10, le=120)
    """Frames a second. The realtime protocol of this project announces 30."""
    liveliness: float = Field(default=1.0, ge=0.0, le=1.0)
    """How much of the head's motion is shown, 0 (still) .. 1."""
    untimed: AudioConfig | None = None
    """Engine for sound that comes without phones, such as a recording; null: the mouth rests."""

    def build(self) -> "PhonesAnimate":
        return PhonesAnimate(self)

    def required_weights(self) -> tuple[str, ...]:
        return self.untimed.required_weights() if self.untimed else ()


class PhonesAnimate:
    """Deterministic in the request; holds no state between requests."""

    def __init__(self, config: PhonesConfig) -> None:
        self._config = config
        self._untimed = config.untimed.build() if config.untimed else None

    async def run(self, request: AnimateRequest, /) -> AsyncGenerator[FaceFrame, None]:
        if self._untimed and request.audio is not None and not request.phones:
            async with aclosing(self._untimed.run(request)) as frames:
                async for frame in frames:
                    yield frame
        else:
            for frame in self._frames(request):
                yield frame

    def _frames(self, request: AnimateRequest) -> list[FaceFrame]:
        line = timeline(request, self._config.fps)
        if not line.count:
            return []
        speaking = speaking_of(request, line)
        return line.frames(face(request, speaking, line, self._config.liveliness))
