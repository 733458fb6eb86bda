"""Face motion from sound by a wav2vec 2.0 network, for many sessions at once."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving.batches import Batches, Told, by_halves
from avatar_serving.errors import StageFailed
from avatar_serving.flow import in_order, last
from avatar_serving.media import AnimateRequest, FaceFrame
from avatar_serving.samples import Samples
from avatar_serving.stages.animate.face import face
from avatar_serving.stages.animate.lower_face import LowerFace
from avatar_serving.stages.animate.sound import Sound, listen
from avatar_serving.stages.animate.timed import speaking_of
from avatar_serving.stages.animate.timeline import timeline
from avatar_serving.stages.animate.wav2vec_files import load_parts
from avatar_serving.stages.animate.wav2vec_network import Wav2VecNetwork
from avatar_serving.stages.animate.wav2vec_windows import FPS, SAMPLES, Joiner, Pieces
from avatar_serving.stages.base import StageConfig
from avatar_serving.torch_device import Device, memory_errors, torch_device

Weights = NDArray[np.float32]


class Wav2VecConfig(StageConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "transformers", "safetensors")
    streams: ClassVar[bool] = True

    engine: Literal["wav2vec"] = "wav2vec"
    model: str = "lam-audio2expression"
    """Name of a folder in the weights lock."""
    style: int = Field(default=0, ge=0, le=11)
    """Whose way of speaking, of those that the network was trained on."""
    piece_frames: int = Field(default=8, ge=1, le=30)
    """Frames of 1/30 s that are computed together: the sound that is waited for."""
    ahead_frames: int = Field(default=2, ge=0, le=8)
    """Frames after them whose sound is heard too."""
    batch: int = Field(default=32, ge=1)
    """Most pieces, of all sessions, that are computed together."""
    batch_wait_ms: int = Field(default=4, ge=0)
    """How long a piece waits for others. Besides, it waits for the batch before it."""
    device: Device = "cuda"
    """Where it is computed."""
    dtype: Literal["bfloat16", "float16", "float32"] = "float16"
    """Numbers that the weights are computed in."""
    liveliness: float = Field(default=1.0, ge=0.0, le=1.0)
    """How much of the head's motion is shown, 0 (still) .. 1."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model,)

    def build(self) -> "Wav2VecAnimate":
        return Wav2VecAnimate(self)


class Wav2VecAnimate:
    """Deterministic in the request. A request without sound is animated from its phones."""

    def __init__(self, config: Wav2VecConfig) -> None:
        """Raises StageFailed, OutOfMemory, WeightsError."""
        self._config = config
        self._pieces = Pieces(config.piece_frames, config.ahead_frames)
        device = torch_device("animate", config.device)
        import torch

        with memory_errors("animate"):
            shape, parts = load_parts(config.model, getattr(torch, config.dtype), device)
        if config.style >= shape.styles:
            raise StageFailed("animate", f"{config.model} has only {shape.styles} styles")
        self._network = Wav2VecNetwork(shape, parts)
        self._batches = Batches(self._compute, config.batch, config.batch_wait_ms / 1000)

    async def warm(self) -> None:
        await asyncio.to_thread(self._compute, [np.zeros(SAMPLES, np.float32)], lambda _: None)

    async def run(self, request: AnimateRequest, /) -> AsyncGenerator[FaceFrame, None]:
        """Raises OutOfMemory: no room on the GPU now; the next request may pass."""
        line, liveliness = timeline(request, FPS), self._config.liveliness
        if not line.count:
            return
        if request.audio is None or not request.audio.pcm:
            speaking = speaking_of(request, line)
            for frame in line.frames(face(request, speaking, line, liveliness)):
                yield frame
            return
        sound, before = listen(request.audio), request.audio_before
        earlier = Sound(np.zeros(0, np.float32)) if before is None else listen(before)
        told = await asyncio.to_thread(LowerFace, request, sound, line, liveliness)

        async def windows() -> AsyncGenerator[Samples, None]:
            for window in self._pieces.windows(sound.samples, earlier.samples, line):
                yield window

        joiner = Joiner(self._pieces, line.count)
        heard = in_order(windows(), self._heard, 2 * self._config.batch)
        async with aclosing(heard) as guesses:
            async for guess in guesses:
                for frame in await asyncio.to_thread(told.tell, joiner.join(guess)):
                    yield frame

    async def _heard(self, window: Samples) -> Weights:
        answer = await last(self._batches.run(window, ""))
        assert isinstance(answer, np.ndarray)
        return answer

    def _compute(self, windows: Sequence[Samples], _: Told) -> list[Weights]:
        return by_halves(self._together, windows)

    def _together(self, windows: Sequence[Samples]) -> list[Weights]:
        with memory_errors("animate"):
            return self._network.weights(windows, self._config.style)
