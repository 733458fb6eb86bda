"""A service that speaks Audio2Face-3D's protocol: the jaw follows the loudness of each 1/30 s."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import numpy as np

from avatar_serving.stages.animate.audio2face_messages import METHOD, message

NAMES = ("EyeBlinkLeft", "JawOpen", "MouthClose", "SomethingNew")
FPS = 30


@dataclass
class Service:
    """What it does, and what it saw."""

    fails_with: grpc.StatusCode | None = None
    verdict: str = ""
    dies_after: int | None = None
    """Frames."""
    silent: bool = False
    headers: list[Any] = field(default_factory=list)
    metadata: list[dict[str, str]] = field(default_factory=list)
    heard: bytes = b""
    ahead: list[tuple[int, int]] = field(default_factory=list)
    """At each answer: frames told, and bytes heard so far."""

    async def process(
        self, said: AsyncIterator[bytes], context: grpc.aio.ServicerContext
    ) -> AsyncGenerator[bytes, None]:
        self.metadata.append(dict(context.invocation_metadata() or ()))
        if self.fails_with is not None:
            await context.abort(self.fails_with, "as the test wants")
        told, rest, rate = 0, b"", 16_000
        async for content in said:
            part = message("AudioStream").FromString(content)
            if part.HasField("audio_stream_header"):
                self.headers.append(part.audio_stream_header)
                rate = part.audio_stream_header.audio_header.samples_per_second
                yield _header()
            if part.HasField("audio_with_emotion") and not self.silent:
                self.heard += part.audio_with_emotion.audio_buffer
                rest += part.audio_with_emotion.audio_buffer
                while len(rest) >= 2 * (size := rate // FPS):
                    if told == self.dies_after:
                        await context.abort(grpc.StatusCode.UNAVAILABLE, "killed")
                    self.ahead.append((told, len(self.heard)))
                    yield _frame(told / FPS, rest[: 2 * size])
                    rest, told = rest[2 * size :], told + 1
            if self.silent:
                await asyncio.sleep(60)
        status = message("Status")(code=3 if self.verdict else 0, message=self.verdict)
        yield message("AnimationDataStream")(status=status).SerializeToString()


def _header() -> bytes:
    names = message("SkelAnimationHeader")(blend_shapes=NAMES)
    header = message("AnimationDataStreamHeader")(skel_animation_header=names)
    return message("AnimationDataStream")(animation_data_stream_header=header).SerializeToString()


def _frame(at_s: float, pcm: bytes) -> bytes:
    loud = float(np.abs(np.frombuffer(pcm, "<i2")).mean()) / 32768
    row = message("FloatArrayWithTimeCode")(time_code=at_s, values=[1.0, loud, 0.0, 7.0])
    data = message("AnimationData")(skel_animation={"blend_shape_weights": [row]})
    return message("AnimationDataStream")(animation_data=data).SerializeToString()


@asynccontextmanager
async def serving(service: Service, port: int = 0) -> AsyncGenerator[int, None]:
    """Runs *service*; gives its port."""
    server = grpc.aio.server()
    package, method = METHOD.lstrip("/").split("/")
    handler = grpc.stream_stream_rpc_method_handler(service.process)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(package, {method: handler}),)
    )
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)
