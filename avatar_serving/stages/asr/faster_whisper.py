"""Whisper: English and Mandarin, on the CPU or on a GPU, many sessions together."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal

import numpy as np
from pydantic import Field

from avatar_serving import weights
from avatar_serving.batches import Batches, Told
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Transcript, Utterance
from avatar_serving.stages.asr.sound import RATE, utterance_samples, windows
from avatar_serving.stages.asr.whisper import Clip, Heard, HeardLanguage, Numbers, Whisper
from avatar_serving.stages.base import StageConfig
from avatar_serving.text.languages import language_of
from avatar_serving.torch_device import Device

_SILENCE_PEAK = 0.004
"""About -48 dB under full scale."""


class FasterWhisperConfig(StageConfig):
    engine: Literal["faster_whisper"] = "faster_whisper"
    model: str = "whisper-base"
    """Name of a CTranslate2 Whisper folder in the weights lock."""
    languages: tuple[HeardLanguage, ...] = Field(default=("en", "zh"), min_length=1)
    """What users may speak; detection chooses among these."""
    cpu_threads: int = Field(default=2, ge=1)
    """Threads that recognise one batch."""
    device: Device = "cpu"
    """Where it is computed."""
    compute_type: Numbers = "int8"
    """Numbers that the model is computed in: int8 is the fastest on a CPU, float16 on a GPU."""
    batch: int = Field(default=1, ge=1)
    """Most utterances that are recognised together."""
    batch_wait_ms: int = Field(default=10, ge=0)
    """How long an utterance waits for others. Besides, it waits for the batch before it."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model,)

    def build(self) -> "FasterWhisperAsr":
        return FasterWhisperAsr(self)


class FasterWhisperAsr:
    def __init__(self, config: FasterWhisperConfig) -> None:
        """Raises WeightsError, StageFailed, OutOfMemory."""
        self._languages, self._most = config.languages, config.batch
        self._whisper = Whisper(
            weights.path(config.model), config.languages,
            device=config.device, numbers=config.compute_type, threads=config.cpu_threads,
        )  # fmt: skip
        self._batches = Batches(self._hear, config.batch, config.batch_wait_ms / 1000)

    async def run(self, request: Utterance, /) -> AsyncGenerator[Transcript, None]:
        """
        Raises:
            InvalidRequest: other sound than 16-bit at 16 kHz, or a language that is not known.
            OutOfMemory: no room on the GPU now.
        """
        samples = utterance_samples(request)
        known = self._known(request.language)
        language, texts = known, list[str]()
        for window in windows(samples):
            if not len(window) or np.abs(window).max() < _SILENCE_PEAK:
                continue
            heard = await self._heard(Clip(window, language, request.expected))
            language = heard.language
            texts.append(heard.text)
        joint = "" if language == "zh" else " "
        text = joint.join(t for t in texts if t)
        # The words say more surely than the detector which language a short clip was in.
        yield Transcript(text, known or (language_of(text) if text else self._languages[0]))

    async def warm(self) -> None:
        """The first pass over a full batch compiles kernels and takes its memory."""
        noise = np.random.default_rng(0).normal(0, 0.05, RATE).astype(np.float32)
        clips = [Clip(noise, self._languages[0])] * self._most
        await asyncio.to_thread(self._whisper.hear, clips)

    def _known(self, language: str | None) -> HeardLanguage | None:
        if language is None:
            return None
        for known in self._languages:
            if known == language.split("-")[0].lower():
                return known
        raise InvalidRequest(f"cannot recognise {language!r}", "language")

    async def _heard(self, clip: Clip) -> Heard:
        async with aclosing(self._batches.run(clip, None)) as items:
            async for item in items:
                if isinstance(item, Heard):
                    return item
        raise AssertionError("a batch ends with its answers or with an error")

    def _hear(self, clips: Sequence[Clip], _: Told) -> list[Heard]:
        return self._whisper.hear(clips)
