"""Face motion from the times of phones: no weights, the same on every machine."""

from collections.abc import AsyncGenerator
from typing import Literal

from pydantic import Field

from avatar_serving.media import AnimateRequest, FaceFrame
from avatar_serving.stages.animate.face import Speaking, face
from avatar_serving.stages.animate.mouth import mouth
from avatar_serving.stages.animate.segments import segments
from avatar_serving.stages.animate.sound import listen, prosody
from avatar_serving.stages.animate.timeline import timeline
from avatar_serving.stages.base import StageConfig


class PhonesConfig(StageConfig):
    engine: Literal["phones"] = "phones"
    fps: int = Field(default=30, ge=10, le=120)
    """Frames a second. The realtime protocol of this project announces 30."""
    liveliness: float = Field(default=1.0, ge=0.0, le=1.0)
    """How much of the head's motion is shown, 0 (still) .. 1."""

    def build(self) -> "PhonesAnimate":
        return PhonesAnimate(self)


class PhonesAnimate:
    """Deterministic in the request; holds no state between requests."""

    def __init__(self, config: PhonesConfig) -> None:
        self._config = config

    async def run(self, request: AnimateRequest, /) -> AsyncGenerator[FaceFrame, None]:
        for frame in self._frames(request):
            yield frame

    def _frames(self, request: AnimateRequest) -> list[FaceFrame]:
        line = timeline(request, self._config.fps)
        if not line.count:
            return []
        spoken = segments(request.phones, request.seconds)
        heard = None if request.audio is None else prosody(listen(request.audio), line)
        speaking = Speaking(mouth(spoken, line), spoken, heard)
        return line.frames(face(request, speaking, line, self._config.liveliness))
