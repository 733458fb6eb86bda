"""Nemotron 3.5 ASR on a GPU: words while they are spoken, chunks of many sessions together."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from avatar_serving import weights
from avatar_serving.batches import Batches, Told, by_halves
from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import last
from avatar_serving.media import AudioChunk, Transcript, Utterance
from avatar_serving.samples import Samples
from avatar_serving.stages.asr.remembered import Remembered, prefix_keys
from avatar_serving.stages.asr.sound import RATE, utterance_samples
from avatar_serving.stages.base import StageConfig
from avatar_serving.text.languages import language_of
from avatar_serving.torch_device import Device, memory_errors, torch_device

if TYPE_CHECKING:
    from avatar_serving.transducer.features import Floats
    from avatar_serving.transducer.past import Past

_AFTER_S = 0.32
"""Silence that is heard after the end, so that the last word is told."""


class TransducerConfig(StageConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "transformers")
    streams: ClassVar[bool] = True

    engine: Literal["transducer"] = "transducer"
    model: str = "nemotron-3.5-asr-streaming-0.6b"
    """Name of a Nemotron 3.5 ASR folder in the weights lock."""
    ahead: Literal[0, 1, 6, 13] = 6
    """Steps of 80 ms that are looked ahead: with the present one they are heard together."""
    batch: int = Field(default=32, ge=1)
    """Most chunks, of all sessions, that are heard together."""
    batch_wait_ms: int = Field(default=5, ge=0)
    """How long a chunk waits for others. Besides, it waits for the batch before it."""
    remembered: int = Field(default=128, ge=1)
    """Utterances that can be gone on with; each takes about 7 MB of the GPU in 16 bit."""
    device: Device = "cuda"
    """Where it is computed."""
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    """Numbers that it is computed in."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model,)

    def build(self) -> "TransducerAsr":
        return TransducerAsr(self)


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    past: "Past"
    mel: "Floats"


class TransducerAsr:
    def __init__(self, config: TransducerConfig) -> None:
        """Raises WeightsError, StageFailed, OutOfMemory."""
        folder = weights.path(config.model)
        device = torch_device("asr", config.device)
        from avatar_serving.transducer.network import Transducer
        from avatar_serving.transducer.words import ANY, PROMPTS, Words

        self._prompts, self._any = PROMPTS, ANY
        self._words = Words(folder)
        with memory_errors("asr"):
            self._network = Transducer(folder, config.ahead, device, config.dtype)
            self._begun = {each: self._network.begin(each) for each in (*PROMPTS.values(), ANY)}
        self._remembered = Remembered["Past"](config.remembered)
        self._batches = Batches(self._hear, config.batch, config.batch_wait_ms / 1000)

    async def run(self, request: Utterance, /) -> AsyncGenerator[Transcript, None]:
        """First, not final, what will not change when more is said; then all of it.

        Raises:
            InvalidRequest: other sound than 16-bit at 16 kHz, or a language that is not known.
            OutOfMemory: no room on the GPU now.
        """
        samples, prompt = utterance_samples(request), self._prompt(request.language)
        past, steps = await self._known(samples, request.audio.pcm, prompt)
        if steps:
            yield self._transcript(past, request, final=False)
        ending = np.pad(samples, (0, round(_AFTER_S * RATE)))
        for step in range(steps, self._whole_steps(len(ending)) + 1):
            past = await self._heard(past, ending, step)
        yield self._transcript(past, request, final=True)

    async def warm(self) -> None:
        """The first steps compile kernels and take their memory."""
        noise = np.random.default_rng(0).normal(0, 1000, 3 * RATE).astype("<i2")
        await last(self.run(Utterance(AudioChunk(noise.tobytes(), RATE), "en")))

    def _prompt(self, language: str | None) -> int:
        if language is None:
            return self._any
        known = self._prompts.get(language.split("-")[0].lower())
        if known is None:
            raise InvalidRequest(f"cannot recognise {language!r}", "language")
        return known

    async def _known(self, samples: Samples, pcm: bytes, prompt: int) -> "tuple[Past, int]":
        """The past after all whole chunks, and their number; those heard before are not again."""
        from avatar_serving.transducer.features import samples_for

        whole = self._whole_steps(len(samples))
        ends = [2 * samples_for(self._network.frames(step + 1)) for step in range(whole)]
        keys = prefix_keys(pcm, ends, prompt.to_bytes(2, "big"))
        steps, past = self._remembered.longest(keys)
        past = past or self._begun[prompt]
        for step in range(steps, whole):
            past = await self._heard(past, samples, step)
            self._remembered.keep(keys[step], past)
        return past, whole

    def _whole_steps(self, samples: int) -> int:
        """For how many steps there is enough sound."""
        from avatar_serving.transducer.features import samples_for

        steps = 0
        while samples_for(self._network.frames(steps + 1)) <= samples:
            steps += 1
        return steps

    async def _heard(self, past: "Past", samples: Samples, step: int) -> "Past":
        from avatar_serving.transducer.features import mel
        from avatar_serving.transducer.past import Past

        first = self._network.frames(step) if step else 0
        heard = mel(samples, first, self._network.frames(step + 1), self._network.bands)
        # The first chunk of an utterance is shorter than the others.
        answer = await last(self._batches.run(_Chunk(past, heard), heard.shape))
        assert isinstance(answer, Past)
        return answer

    def _hear(self, chunks: Sequence[_Chunk], _: Told) -> "list[Past]":
        return by_halves(self._together, chunks)

    def _together(self, chunks: Sequence[_Chunk]) -> "list[Past]":
        with memory_errors("asr"):
            return self._network.step([c.past for c in chunks], [c.mel for c in chunks])

    def _transcript(self, past: "Past", request: Utterance, final: bool) -> Transcript:
        text, told = self._words.of(past.codes)
        language = request.language or (told if told in self._prompts else None)
        return Transcript(text, language or (language_of(text) if text else "en"), final)
