"""Kokoro: natural speech in many voices, English and Mandarin."""

import json
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from avatar_serving import weights
from avatar_serving.flow import in_thread
from avatar_serving.media import Speech, SpeechRequest
from avatar_serving.onnx import (
    StoppableRun,
    onnx_memory_errors,
    open_cuda_session,
    open_session,
    stoppable_run,
)
from avatar_serving.samples import Samples
from avatar_serving.stages.tts.base import TtsEngineConfig
from avatar_serving.stages.tts.chinese import chinese_reader
from avatar_serving.stages.tts.english import english_reader
from avatar_serving.stages.tts.kokoro_graph import DURATIONS, dequantise
from avatar_serving.stages.tts.kokoro_voices import KOKORO_VOICES
from avatar_serving.stages.tts.pitch import Sound
from avatar_serving.stages.tts.reading import Reading
from avatar_serving.stages.tts.speaking import only_known, spoken
from avatar_serving.stages.tts.voices import Voice, voice_for
from avatar_serving.text.languages import has_han
from avatar_serving.text.speakable import speakable
from avatar_serving.torch_device import Device

_FRAME_S = 0.025
_LONGEST = 250
"""Symbols in one run. The model takes 510, but swallows words at the end of so many."""
_STYLE = 256


class KokoroConfig(TtsEngineConfig):
    engine: Literal["kokoro"] = "kokoro"
    threads: int = Field(default=2, ge=1)
    """Threads that speak one clause on the CPU."""
    device: Device = "cpu"
    """Where it is computed; cuda wants onnxruntime-gpu in the place of onnxruntime."""
    weights = ("kokoro", "kokoro-vocab", "kokoro-voices")

    def build(self) -> "KokoroTts":
        return KokoroTts(self)

    def voices(self) -> tuple[Voice, ...]:
        return KOKORO_VOICES


class KokoroTts:
    def __init__(self, config: KokoroConfig) -> None:
        """Raises WeightsError, StageFailed, OutOfMemory."""
        self._styles = weights.path("kokoro-voices")
        vocabulary = json.loads(weights.path("kokoro-vocab").read_text("utf-8"))
        self._symbols: dict[str, int] = vocabulary["vocab"]
        model = weights.derived("kokoro-f32.onnx", "kokoro", dequantise)
        self._session = (
            open_cuda_session("tts", model)
            if config.device == "cuda"
            else open_session(model, config.threads)
        )

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        voice = voice_for(KOKORO_VOICES, request)
        run = stoppable_run()
        async with aclosing(in_thread(self._speak(request, voice, run))) as speeches:
            try:
                async for speech in speeches:
                    yield speech
            finally:
                run.terminate = True  # a run in progress would hold the cores for seconds

    def _speak(
        self, request: SpeechRequest, voice: Voice, run: StoppableRun
    ) -> Generator[Speech, None, None]:
        readings = only_known(_read(request.text, voice), self._symbols)
        style = _style(self._styles / f"{voice.base or voice.id}.bin")

        def say(symbols: str, speed: float) -> Sound:
            return self._say(symbols, style, speed, run)

        yield from spoken(request, voice, readings, _LONGEST, say)

    def _say(self, symbols: str, style: Samples, speed: float, run: StoppableRun) -> Sound:
        tokens = [0, *(self._symbols[symbol] for symbol in symbols), 0]
        inputs = {
            "tokens": np.array([tokens], np.int64),
            "style": style[len(symbols)][None],
            "speed": np.array([speed], np.float32),
        }
        with onnx_memory_errors("tts"):
            audio, frames = self._session.run(["audio", DURATIONS], inputs, run)
        lead, *seconds, _ = (float(n) * _FRAME_S for n in np.asarray(frames).ravel())
        return Sound(np.asarray(audio, np.float32).ravel(), lead, seconds)


def _read(text: str, voice: Voice) -> list[Reading]:
    if has_han(text) or voice.language == "zh":
        return chinese_reader().read(speakable(text, "zh" if has_han(text) else "en"))
    return english_reader("british" in voice.tags).read(speakable(text, "en"))


@cache
def _style(path: Path) -> Samples:
    return np.fromfile(path, np.float32).reshape(-1, _STYLE)
