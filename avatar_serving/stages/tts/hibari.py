"""Hibari: very fast English speech in one voice. Its model comes with its package."""

import json
import zlib
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from avatar_serving.errors import LanguageUnavailable
from avatar_serving.flow import in_thread
from avatar_serving.media import Speech, SpeechRequest
from avatar_serving.onnx import open_session
from avatar_serving.samples import Samples
from avatar_serving.stages.tts.base import TtsEngineConfig
from avatar_serving.stages.tts.english import english_reader
from avatar_serving.stages.tts.pitch import Sound
from avatar_serving.stages.tts.speaking import only_known, spoken
from avatar_serving.stages.tts.voices import Voice, child_of, styled, voice_for
from avatar_serving.text.languages import has_han
from avatar_serving.text.speakable import speakable

_RECORDED = styled(Voice("hibari", "Hibari", "en", "female", ("american", "fast"), "hibari"))
_VOICES = (_RECORDED, child_of(_RECORDED, "Skylark", 5.0, "female"))
_OUTPUTS = ("lh", "theta", "ln", "lr", "phi", "f0")
_DURATIONS = "/Clip_output_0"
"""Inside the graph: how many frames each symbol lasts."""
_FRAME_S = 0.025
_LONGEST = 400


class HibariConfig(TtsEngineConfig):
    engine: Literal["hibari"] = "hibari"
    threads: int = Field(default=1, ge=1)
    """Threads that speak one clause."""

    def build(self) -> "HibariTts":
        return HibariTts(self)

    def voices(self) -> tuple[Voice, ...]:
        return _VOICES


class HibariTts:
    def __init__(self, config: HibariConfig) -> None:
        from hibari import dsp
        from hibari.tts import ASSETS

        self._synthesise: Callable[..., Samples] = dsp.synth
        self._reader = english_reader()
        self._symbols: dict[str, int] = json.loads((Path(ASSETS) / "vocab.json").read_text("utf-8"))
        model = _with_durations(Path(ASSETS) / "hibari.onnx")
        self._session = open_session(model, config.threads)

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        voice = voice_for(_VOICES, request)
        if has_han(request.text):
            raise LanguageUnavailable("zh", ("en",))
        async with aclosing(in_thread(self._speak(request, voice))) as speeches:
            async for speech in speeches:
                yield speech

    def _speak(self, request: SpeechRequest, voice: Voice) -> Generator[Speech, None, None]:
        readings = only_known(self._reader.read(speakable(request.text, "en")), self._symbols)
        return spoken(request, voice, readings, _LONGEST, self._say)

    def _say(self, symbols: str, speed: float) -> Sound:
        ids = [0, *(self._symbols[symbol] for symbol in symbols), 0]
        inputs = {"ids": np.array([ids], np.int64), "speed": np.array([speed], np.float32)}
        outputs = self._session.run([*_OUTPUTS, _DURATIONS], inputs)
        *parts, frames = (np.asarray(output) for output in outputs)
        # The noise in the voice is drawn from the words, so that the same words sound the same.
        noise = np.random.default_rng(zlib.crc32(symbols.encode()))
        samples = self._synthesise(*(part[0] for part in parts), noise)
        lead, *seconds, _ = (float(n) * _FRAME_S for n in frames.ravel())
        return Sound(samples, lead, seconds)


def _with_durations(path: Path) -> bytes:
    import onnx

    model = onnx.load(path)
    durations = onnx.helper.make_tensor_value_info(_DURATIONS, onnx.TensorProto.FLOAT, None)
    model.graph.output.append(durations)
    return model.SerializeToString()
