"""Qwen3-TTS on a GPU, in a process of its own: voices by name and manner, or from a recording."""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import ClassVar, Literal

from pydantic import Field

from avatar_serving import weights
from avatar_serving.errors import StageFailed
from avatar_serving.media import Speech, SpeechRequest
from avatar_serving.qwen_speech.line import Line
from avatar_serving.qwen_speech.lines import Asked, Lines
from avatar_serving.samples import Samples
from avatar_serving.stages.tts.base import TtsEngineConfig
from avatar_serving.stages.tts.cloned import cloned_voices
from avatar_serving.stages.tts.qwen_voices import VOICES
from avatar_serving.stages.tts.timed import Timed, readings_of, turned_by
from avatar_serving.stages.tts.voices import Voice, voice_for
from avatar_serving.text.languages import has_han
from avatar_serving.text.speakable import speakable
from avatar_serving.torch_device import Device

_LANGUAGES = {"en": "english", "zh": "chinese"}


class QwenConfig(TtsEngineConfig):
    weights: ClassVar[tuple[str, ...]] = ("phones", "phones-vocabulary")

    engine: Literal["qwen"] = "qwen"
    model: str = "qwen3-tts-1.7b-customvoice"
    """Name of a Qwen3-TTS folder in the weights lock; with *cloned*, one of a base model."""
    python: str = ""
    """An interpreter that has qwen-tts; empty: the service's own."""
    instruction: str = ""
    """How its own voices speak, in words of any language."""
    cloned: str = ""
    """Folder of recorded voices, each with the consent of who speaks; empty: its own voices."""
    device: Device = "cuda"
    """Where it is computed."""
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    """Numbers that it is computed in."""
    lines: int = Field(default=8, ge=1)
    """Most clauses that are spoken at the same time; others wait until one of them ends."""
    longest: int = Field(default=375, ge=25)
    """Most frames of a clause, 80 ms each."""
    limit_s: float = Field(default=120.0, gt=0)
    """How long the model may take to load, or to say the next stretch."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model, *self.weights)

    def build(self) -> "QwenTts":
        return QwenTts(self)

    def voices(self) -> tuple[Voice, ...]:
        """Raises InvalidRequest for a cloned voice without consent."""
        cloned = cloned_voices(self.cloned, self.engine)
        return tuple(each.voice for each in cloned) if self.cloned else VOICES


class QwenTts:
    def __init__(self, config: QwenConfig) -> None:
        """Raises WeightsError, StageFailed, StageTimeout, InvalidRequest (no consent)."""
        self._config, self._voices = config, config.voices()
        self._cloned = {each.voice.id: each for each in cloned_voices(config.cloned, config.engine)}
        self._timed = Timed(*map(weights.path, config.weights))
        self._lines = Lines(
            config.python, weights.path(config.model), config.device, config.dtype,
            config.longest, config.lines, config.limit_s,
        )  # fmt: skip
        if self._lines.start() != bool(config.cloned):
            self._lines.close()
            needed = "a base model" if config.cloned else "a model with voices"
            raise StageFailed("tts", f"{config.model}: wanted {needed} of Qwen3-TTS")

    async def warm(self) -> None:
        """The first clause compiles kernels and takes their memory."""
        if self._voices:
            async for _ in self.run(SpeechRequest("Good morning.", self._voices[0].id)):
                pass

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        """Stretches of sound with the sounds and words that are heard in each.

        Raises:
            NotFound: no such voice.
            InvalidRequest: a speed or pitch out of range.
            OutOfMemory: no room on the GPU now.
            EngineLost, StageFailed, StageTimeout: of its process.
        """
        voice = voice_for(self._voices, request)
        text = speakable(request.text, "zh" if has_han(request.text) else "en")
        readings = readings_of(request.text, text, voice)
        if not readings:
            return
        ended = asyncio.Event()
        sounds = self._sounds(await self._asked(request, voice, text), ended)
        turned = turned_by(sounds, request.pitch)
        timed = self._timed(turned, request.text, readings, ended.is_set)
        async with aclosing(timed) as speeches:
            async for speech in speeches:
                yield speech

    def close(self) -> None:
        self._lines.close()

    async def _asked(self, request: SpeechRequest, voice: Voice, text: str) -> Asked:
        cloned = self._cloned.get(voice.id)
        spoken = "zh" if has_han(text) else voice.language
        line = Line(
            text, _LANGUAGES.get(spoken, "auto"), "" if cloned else voice.id.removeprefix("qwen_"),
            "" if cloned else self._config.instruction,
            request.speed / 2 ** (request.pitch / 12), cloned.transcript if cloned else "",
            zlib.crc32(f"{voice.id} {text}".encode()),
        )  # fmt: skip
        return Asked(line, await asyncio.to_thread(cloned.recording) if cloned else None)

    async def _sounds(self, asked: Asked, ended: asyncio.Event) -> AsyncGenerator[Samples, None]:
        async with aclosing(self._lines.run(asked)) as stretches:
            async for stretch in stretches:
                if stretch.last:
                    ended.set()
                yield stretch.samples
