"""A beep for every word. Without weights; for tests."""

from collections.abc import AsyncGenerator
from typing import Literal

import numpy as np

from avatar_serving.media import AudioChunk, Phone, Speech, SpeechRequest, Word
from avatar_serving.samples import Samples, to_pcm
from avatar_serving.stages.tts.base import SAMPLE_RATE, TtsEngineConfig
from avatar_serving.stages.tts.captions import written_words
from avatar_serving.stages.tts.voices import Voice, voice_for

_VOICES = (Voice("tone", "Tone", "en", "none", ("test",), "tone"),)
_SOUNDS = {"a": "æ", "e": "ɛ", "i": "ɪ", "o": "ɑ", "u": "ʌ", "y": "i", "c": "k", "q": "k", "x": "z"}
_GAP_S = 0.05


class ToneConfig(TtsEngineConfig):
    engine: Literal["tone"] = "tone"
    letter_s: float = 0.05
    """How long a letter lasts at speed 1."""
    pitch_hz: float = 220.0
    """Pitch of the beep."""

    def build(self) -> "ToneTts":
        return ToneTts(self)

    def voices(self) -> tuple[Voice, ...]:
        return _VOICES


class ToneTts:
    def __init__(self, config: ToneConfig) -> None:
        self._config = config

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        voice_for(_VOICES, request)
        texts = written_words(request.text)
        if not texts:
            return
        words, phones = self._timed(texts, self._config.letter_s / request.speed)
        yield Speech(
            AudioChunk(to_pcm(self._beeps(words, request.pitch)), SAMPLE_RATE), phones, words
        )

    def _timed(
        self, texts: list[str], letter_s: float
    ) -> tuple[tuple[Word, ...], tuple[Phone, ...]]:
        words: list[Word] = []
        phones: list[Phone] = []
        at_s = 0.0
        for text in texts:
            letters = [c for c in text.lower() if c.isalnum()]
            for i, letter in enumerate(letters):
                symbol = _SOUNDS.get(letter, letter if "a" <= letter <= "z" else "ə")
                phones.append(Phone(symbol, at_s + i * letter_s, at_s + (i + 1) * letter_s))
            end_s = at_s + len(letters) * letter_s
            words.append(Word(text, at_s, end_s))
            at_s = end_s + _GAP_S
        return tuple(words), tuple(phones)

    def _beeps(self, words: tuple[Word, ...], pitch: float) -> Samples:
        hertz = self._config.pitch_hz * 2 ** (pitch / 12)
        sound = np.zeros(round(words[-1].end_s * SAMPLE_RATE), np.float32)
        for word in words:
            start, end = (round(t * SAMPLE_RATE) for t in (word.start_s, word.end_s))
            times = np.arange(end - start) / SAMPLE_RATE
            swell = 0.3 * np.sin(np.pi * np.arange(end - start) / (end - start))
            sound[start:end] = swell * np.sin(2 * np.pi * hertz * times)
        return sound
