"""CosyVoice 3 on a GPU: voices by style or from a recording, sound from the first syllable on."""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from avatar_serving import weights
from avatar_serving.flow import last
from avatar_serving.media import Speech, SpeechRequest
from avatar_serving.samples import Samples, from_pcm
from avatar_serving.stages.base import Tts
from avatar_serving.stages.tts.base import TtsEngineConfig
from avatar_serving.stages.tts.cloned import cloned_voices
from avatar_serving.stages.tts.cosyvoice_voices import MANNERS, SAMPLES, VOICES
from avatar_serving.stages.tts.kokoro import KokoroConfig
from avatar_serving.stages.tts.timed import Timed, readings_of, turned_by
from avatar_serving.stages.tts.voices import Voice, voice_for
from avatar_serving.text.languages import has_han
from avatar_serving.text.speakable import speakable
from avatar_serving.torch_device import Device, memory_errors, torch_device

if TYPE_CHECKING:
    from avatar_serving.cosyvoice.flow import Reference
    from avatar_serving.cosyvoice.line import Line
    from avatar_serving.cosyvoice.sizes import Sizes


class CosyVoiceConfig(TtsEngineConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "transformers")
    weights: ClassVar[tuple[str, ...]] = (
        "phones", "phones-vocabulary", *KokoroConfig.weights,
    )  # fmt: skip

    engine: Literal["cosyvoice"] = "cosyvoice"
    model: str = "cosyvoice3-0.5b"
    """Name of a CosyVoice 3 folder in the weights lock."""
    cloned: str = ""
    """Folder of recorded voices, each with the consent of who speaks; empty: none."""
    device: Device = "cuda"
    """Where it is computed."""
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    """Numbers that the language model is computed in; what makes the sound has 32 bit."""
    lines: int = Field(default=16, ge=1)
    """Most clauses that are spoken at the same time."""
    longest: int = Field(default=1024, ge=64)
    """Tokens of a clause: its text and, 25 a second, its sound. Memory is kept for so many."""
    first_tokens: int = Field(default=10, ge=6, le=25)
    """Speech tokens of the first stretch of sound, 40 ms each; the next ones are of 25 and more."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model, *self.weights)

    def build(self) -> "CosyVoiceTts":
        return CosyVoiceTts(self)

    def voices(self) -> tuple[Voice, ...]:
        """Raises InvalidRequest for a cloned voice without consent."""
        return (*VOICES, *(cloned.voice for cloned in cloned_voices(self.cloned)))


class CosyVoiceTts:
    def __init__(self, config: CosyVoiceConfig, sizes: "Sizes | None" = None) -> None:
        """*sizes* of other networks than the published ones.

        Raises:
            WeightsError, OutOfMemory, InvalidRequest (a cloned voice without consent).
            StageFailed: no torch, no GPU, or files of something else.
        """
        folder = weights.path(config.model)
        self._device = torch_device("tts", config.device)
        from avatar_serving.cosyvoice.joined import Joined
        from avatar_serving.cosyvoice.recording import Recordings
        from avatar_serving.cosyvoice.sizes import FRAMES_A_TOKEN, Sizes
        from avatar_serving.cosyvoice.studio import Studio
        from avatar_serving.cosyvoice.wording import Wording

        sizes = sizes or Sizes()
        self._voices = config.voices()
        self._cloned = {each.voice.id: each for each in cloned_voices(config.cloned)}
        self._manners = {manner.voice.id: manner for manner in MANNERS}
        self._wording = Wording(folder / "CosyVoice-BlankEN", sizes.speaker.end_of_prompt)
        chunk = sizes.flow.chunk // FRAMES_A_TOKEN
        self._recordings = Recordings(folder, chunk, config.first_tokens)
        self._timed = Timed(*map(weights.path, config.weights[:2]))
        self._kokoro: Tts | None = None
        self._references: dict[str, Reference] = {}
        with memory_errors("tts"):
            studio = Studio(
                folder, sizes, device=self._device, dtype=config.dtype, slots=config.lines,
                longest=config.longest, first_tokens=config.first_tokens,
            )  # fmt: skip
        self._joined = Joined(studio)

    async def warm(self) -> None:
        """Read the recordings of all voices, and speak once."""
        for voice in self._voices:
            await self._reference(voice)
        async for _ in self.run(SpeechRequest("Good morning.", self._voices[0].id)):
            pass

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        """Stretches of sound with the sounds and words that are heard in each.

        Raises:
            NotFound: no such voice.
            InvalidRequest: a speed or pitch out of range, or a text that is too long.
            OutOfMemory: no room on the GPU now.
        """
        voice = voice_for(self._voices, request)
        text = speakable(request.text, "zh" if has_han(request.text) else "en")
        readings = readings_of(request.text, text, voice)
        if not readings:
            return
        line = await self._line(request, voice, text)
        async with aclosing(self._joined.run(line)) as stretches:
            turned = turned_by(stretches, request.pitch)
            timed = self._timed(turned, request.text, readings, lambda: line.finished)
            async with aclosing(timed) as speeches:
                async for speech in speeches:
                    yield speech

    async def _line(self, request: SpeechRequest, voice: Voice, text: str) -> "Line":
        from avatar_serving.cosyvoice.line import Line

        cloned = self._cloned.get(voice.id)
        instruction = "" if cloned else self._manners[voice.id].instruction
        said = cloned.transcript if cloned else ""
        ids, new = self._wording.ids(instruction, said, text)
        return Line(
            ids, new, await self._reference(voice), shown=cloned is not None,
            speed=request.speed / 2 ** (request.pitch / 12),
            seed=zlib.crc32(f"{voice.id} {text}".encode()),
        )  # fmt: skip

    async def _reference(self, voice: Voice) -> "Reference":
        if voice.id not in self._references:
            samples = await self._recording(voice)
            self._references[voice.id] = await asyncio.to_thread(self._recordings.read, samples)
        return self._references[voice.id]

    async def _recording(self, voice: Voice) -> Samples:
        if cloned := self._cloned.get(voice.id):
            return await asyncio.to_thread(cloned.recording)
        base, language = self._manners[voice.id].base, voice.language
        if self._kokoro is None:
            self._kokoro = await asyncio.to_thread(KokoroConfig(threads=1).build)
        spoken = await last(self._kokoro.run(SpeechRequest(SAMPLES[language], base, language)))
        return from_pcm(spoken.audio.pcm)
