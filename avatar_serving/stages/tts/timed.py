"""Times of speech whose model writes sound only: they are found in the sound."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import numpy as np

from avatar_serving.media import AudioChunk, Speech
from avatar_serving.phone_reader import PhoneReader
from avatar_serving.samples import Samples, to_pcm
from avatar_serving.stages.tts.alignment import Aligner, stretch
from avatar_serving.stages.tts.base import SAMPLE_RATE
from avatar_serving.stages.tts.chinese import chinese_reader
from avatar_serving.stages.tts.english import english_reader
from avatar_serving.stages.tts.pitch import Sound, pitched
from avatar_serving.stages.tts.reading import Reading
from avatar_serving.stages.tts.voices import Voice
from avatar_serving.text.languages import has_han


class Timed:
    """Puts times to stretches of sound."""

    def __init__(self, phones: Path, vocabulary: Path) -> None:
        """Files of the small recogniser. Raises WeightsError."""
        self._aligner = Aligner(PhoneReader(phones, vocabulary))

    async def __call__(
        self, stretches: AsyncGenerator[Samples, None], written: str, readings: list[Reading],
        whole: Callable[[], bool],
    ) -> AsyncGenerator[Speech, None]:  # fmt: skip
        """*written* sounds like *readings*; *whole* tells whether the last stretch has come."""
        pcm = b""
        async with aclosing(stretches):
            async for samples in stretches:
                if not len(samples):
                    continue
                before_s = AudioChunk(pcm, SAMPLE_RATE).seconds
                fresh = AudioChunk(to_pcm(samples), SAMPLE_RATE)
                pcm += fresh.pcm
                all_ = AudioChunk(pcm, SAMPLE_RATE)
                phones, words = await asyncio.to_thread(
                    self._aligner.times, written, readings, all_, whole()
                )
                yield stretch(phones, words, fresh, before_s)


async def turned_by(
    stretches: AsyncGenerator[Samples, None], semitones: float
) -> AsyncGenerator[Samples, None]:
    """At another pitch a clause comes as a whole: resampled stretches would not join."""
    async with aclosing(stretches):
        if semitones == 0:
            async for samples in stretches:
                yield samples
            return
        whole = np.concatenate([np.zeros(0, np.float32), *[each async for each in stretches]])

    def said(_symbols: str, _speed: float) -> Sound:
        return Sound(whole, 0.0, [])

    yield (await asyncio.to_thread(pitched(said, semitones), "", 1.0)).samples


def readings_of(written: str, text: str, voice: Voice) -> list[Reading]:
    """The sounds that *text*, which *written* is read as, has; the model itself reads letters."""
    if has_han(written) or voice.language == "zh":
        return chinese_reader().read(text)
    return english_reader("british" in voice.tags).read(text)
