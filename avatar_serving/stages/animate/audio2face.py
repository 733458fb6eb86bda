"""Face motion by NVIDIA's Audio2Face-3D: a service on a GPU elsewhere, spoken to by gRPC.

Of its weights the lower face is used; moods, eyes, brows and head are this project's own.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from avatar_serving.errors import StageFailed
from avatar_serving.media import AnimateRequest, FaceFrame
from avatar_serving.samples import to_pcm
from avatar_serving.stages.animate.audio2face_client import Audio2FaceClient, Audio2FaceServer
from avatar_serving.stages.animate.face import face
from avatar_serving.stages.animate.lower_face import LowerFace
from avatar_serving.stages.animate.sound import RATE, Sound, listen
from avatar_serving.stages.animate.timed import speaking_of
from avatar_serving.stages.animate.timeline import Floats, Timeline, timeline
from avatar_serving.stages.base import StageConfig


class Audio2FaceConfig(Audio2FaceServer, StageConfig):
    streams: ClassVar[bool] = True

    engine: Literal["audio2face"] = "audio2face"
    fps: int = Field(default=30, ge=10, le=120)
    """Frames a second. The service's own are drawn to these times."""
    liveliness: float = Field(default=1.0, ge=0.0, le=1.0)
    """How much of the head's motion is shown, 0 (still) .. 1."""

    def build(self) -> "Audio2FaceAnimate":
        return Audio2FaceAnimate(self)


class Audio2FaceAnimate:
    """A request without sound is animated from its phones."""

    def __init__(self, config: Audio2FaceConfig) -> None:
        """Raises MissingExtra. A service that is away is no error yet."""
        self._config = config
        self._client = Audio2FaceClient(config)

    async def run(self, request: AnimateRequest, /) -> AsyncGenerator[FaceFrame, None]:
        """Raises Unavailable, Overloaded, StageTimeout, StageFailed."""
        line = timeline(request, self._config.fps)
        if not line.count:
            return
        if request.audio is None or not request.audio.pcm:
            speaking = speaking_of(request, line)
            for frame in line.frames(face(request, speaking, line, self._config.liveliness)):
                yield frame
            return
        sound = listen(request.audio)
        told = await asyncio.to_thread(LowerFace, request, sound, line, self._config.liveliness)
        async with aclosing(self._heard(sound, line)) as pieces:
            async for weights in pieces:
                for frame in await asyncio.to_thread(told.tell, weights):
                    yield frame

    async def _heard(self, sound: Sound, line: Timeline) -> AsyncGenerator[Floats, None]:
        """frames x 52 for one piece of *line* after the other; what is left holds the last."""
        times, done = line.stretch_s, 0
        before: tuple[float, Floats] | None = None
        async with aclosing(self._client.weights(to_pcm(sound.samples), RATE)) as frames:
            async for at_s, weights in frames:
                before = before or (at_s, weights)
                past = int(np.searchsorted(times, at_s, side="right"))
                if past > done:
                    yield _between(before, (at_s, weights), times[done:past])
                    done = past
                before = (at_s, weights)
        if before is None:
            raise StageFailed("animate", "Audio2Face sent no frames")
        if done < line.count:
            yield np.repeat(before[1][None], line.count - done, axis=0)


def _between(first: tuple[float, Floats], last: tuple[float, Floats], times: Floats) -> Floats:
    """times x 52, mixed of two frames."""
    span_s = max(last[0] - first[0], 1e-6)
    share = np.clip((times - first[0]) / span_s, 0.0, 1.0)[:, None]
    return (1 - share) * first[1] + share * last[1]
