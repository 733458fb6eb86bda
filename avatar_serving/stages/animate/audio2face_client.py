"""Talks with an Audio2Face-3D service by gRPC: sound goes out, weights of the face come back."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, suppress
from threading import Thread
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.errors import (
    AvatarError,
    MissingExtra,
    Overloaded,
    StageFailed,
    StageTimeout,
    Unavailable,
)
from avatar_serving.media import ARKIT
from avatar_serving.stages.animate.audio2face_messages import (
    ERROR,
    METHOD,
    Names,
    Verdict,
    Weights,
    farewell,
    greeting,
    sound,
    understood,
)
from avatar_serving.stages.animate.timeline import Floats

_STAGE = "animate"
_RETRY_AFTER_S = 2.0
_OPTIONS = (("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 2000))
_COLUMN = {name.lower(): i for i, name in enumerate(ARKIT)}


class Audio2FaceServer(BaseModel):
    """Where the service is, and how it is spoken to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str = Field(default="127.0.0.1:52000", pattern=r".:\d+$")
    """Host and port."""
    tls: bool = False
    """Encrypt, as services outside of one's own network want."""
    api_key_env: str = ""
    """Name of the environment variable that holds the key; empty for a service that wants none."""
    function_id: str = ""
    """Of a function of NVIDIA's cloud, where the service is one."""
    timeout_s: float = Field(default=5.0, gt=0)
    """Longest wait for the next frames."""
    connect_s: float = Field(default=3.0, gt=0)
    """How long a service that is away is waited for."""
    chunk_ms: int = Field(default=100, ge=20, le=1000)
    """Sound in one message."""
    face: dict[str, float] = {}
    """Parameters of the service's face, such as ``lowerFaceStrength``."""

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """Raises StageFailed: there is no key where the options say."""
        told = (("function-id", self.function_id),) if self.function_id else ()
        if not self.api_key_env:
            return told
        if key := os.environ.get(self.api_key_env):
            return (*told, ("authorization", f"Bearer {key}"))
        raise StageFailed(
            _STAGE, f"no key for {self.address}: set the environment variable {self.api_key_env}"
        )


class Audio2FaceClient:
    """One connection for all streams. It is made again by itself when it breaks.

    It is gRPC's blocking kind, each stream heard in a thread of its own: the other one forgets why
    a call ended when it ends while something is being sent.
    """

    def __init__(self, server: Audio2FaceServer) -> None:
        """Raises MissingExtra."""
        try:
            import grpc
        except ImportError as error:
            raise MissingExtra("grpcio", "audio2face") from error
        self._grpc: Any = grpc
        self._server = server
        self._process: Any = self._channel().stream_stream(METHOD)

    async def weights(self, pcm: bytes, rate: int) -> AsyncGenerator[tuple[float, Floats], None]:
        """The time of each frame in seconds of the sound, and its 52 weights of ARKIT.

        *pcm*: mono, 16 bits. A stream that fails before its first frame is asked for once more,
        waiting for a service that comes back.

        Raises:
            Unavailable: the service does not answer, or went away in the middle.
            StageTimeout, Overloaded, StageFailed: as the service has it.
        """
        for again in (False, True):
            begun = False
            try:
                async with aclosing(self._stream(pcm, rate, wait=again)) as frames:
                    async for frame in frames:
                        begun = True
                        yield frame
                return
            except Unavailable:
                if begun or again:
                    raise

    async def _stream(
        self, pcm: bytes, rate: int, *, wait: bool
    ) -> AsyncGenerator[tuple[float, Floats], None]:
        said = self._said(pcm, rate)
        call = self._process(said, metadata=self._server.metadata(), wait_for_ready=wait)
        arrived = self._listen(call)
        connect_s = self._server.connect_s if wait else None
        columns: list[int | None] = []
        try:
            while (content := await self._next(arrived, connect_s)) is not None:
                connect_s = None
                for part in self._parts(content):
                    if isinstance(part, Names):
                        columns = [_COLUMN.get(name.lower()) for name in part.shapes]
                    else:
                        yield part.at_s, _row(columns, part.values)
        finally:
            call.cancel()

    def _said(self, pcm: bytes, rate: int) -> Generator[bytes, None, None]:
        step = 2 * rate * self._server.chunk_ms // 1000
        yield greeting(rate, self._server.face)
        for first in range(0, len(pcm), step):
            yield sound(pcm[first : first + step])
        yield farewell()

    def _listen(self, call: Any) -> "asyncio.Queue[bytes | Exception | None]":
        """What arrives, and at last None or an error."""
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()

        def tell(item: bytes | Exception | None) -> None:
            with suppress(RuntimeError):  # the loop may have ended
                loop.call_soon_threadsafe(arrived.put_nowait, item)

        def listen() -> None:
            try:
                for content in call:
                    tell(content)
                tell(None)
            except self._grpc.RpcError as error:
                tell(error)

        Thread(target=listen, daemon=True).start()
        return arrived

    async def _next(
        self, arrived: "asyncio.Queue[bytes | Exception | None]", connect_s: float | None
    ) -> bytes | None:
        """The next message; None at the end. *connect_s*: what a connection may take before it."""
        limit_s = self._server.timeout_s + (connect_s or 0.0)
        try:
            item = await asyncio.wait_for(arrived.get(), limit_s)
        except TimeoutError as error:
            raise self._away() if connect_s else StageTimeout(_STAGE, limit_s) from error
        if isinstance(item, Exception):
            raise self._typed(item) from item
        return item

    def _parts(self, content: bytes) -> list[Names | Weights]:
        try:
            parts = understood(content)
        except ValueError as error:
            raise StageFailed(_STAGE, "Audio2Face sent what cannot be read") from error
        for part in parts:
            if isinstance(part, Verdict) and part.code == ERROR:
                raise StageFailed(_STAGE, f"Audio2Face: {part.text}")
        return [part for part in parts if not isinstance(part, Verdict)]

    def _typed(self, error: Any) -> AvatarError:
        code, where = error.code(), self._server.address
        known = self._grpc.StatusCode
        if code == known.UNAVAILABLE:
            return self._away()
        if code == known.RESOURCE_EXHAUSTED:
            return Overloaded(f"Audio2Face at {where} is full", _RETRY_AFTER_S)
        if code == known.DEADLINE_EXCEEDED:
            return StageTimeout(_STAGE, self._server.timeout_s)
        return StageFailed(_STAGE, f"Audio2Face at {where}: {code.name}: {error.details()}")

    def _away(self) -> Unavailable:
        return Unavailable(f"Audio2Face at {self._server.address} does not answer", _RETRY_AFTER_S)

    def _channel(self) -> Any:
        if not self._server.tls:
            return self._grpc.insecure_channel(self._server.address, options=_OPTIONS)
        safe = self._grpc.ssl_channel_credentials()
        return self._grpc.secure_channel(self._server.address, safe, options=_OPTIONS)


def _row(columns: list[int | None], values: tuple[float, ...]) -> Floats:
    if not columns:
        raise StageFailed(_STAGE, "Audio2Face sent weights before their names")
    row = np.zeros(len(ARKIT))
    for column, value in zip(columns, values, strict=False):
        if column is not None:
            row[column] = value
    return np.clip(row, 0.0, 1.0)
