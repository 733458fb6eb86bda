"""Several engines in one: each request goes to the engine of the voice it names.

A clause in a language that the voice was not recorded in is spoken by the first voice of that
language, of the same gender where there is one. Mandarin voices read English words themselves.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from avatar_serving.media import Speech, SpeechRequest
from avatar_serving.stages.base import Tts
from avatar_serving.stages.tts.base import TtsEngineConfig
from avatar_serving.stages.tts.hibari import HibariConfig
from avatar_serving.stages.tts.kokoro import KokoroConfig
from avatar_serving.stages.tts.tone import ToneConfig
from avatar_serving.stages.tts.voices import Voice, voice_for
from avatar_serving.text.languages import language_of

SingleTtsConfig = Annotated[HibariConfig | KokoroConfig | ToneConfig, Field(discriminator="engine")]


class ByVoiceConfig(TtsEngineConfig):
    engine: Literal["by_voice"] = "by_voice"
    engines: tuple[SingleTtsConfig, ...] = Field(min_length=1)
    """Engines in order of preference: the first voice of a language is its default."""

    def required_weights(self) -> tuple[str, ...]:
        return tuple(name for config in self.engines for name in config.required_weights())

    def build(self) -> "ByVoiceTts":
        return ByVoiceTts({c.engine: c.build() for c in self.engines}, self.voices())

    def voices(self) -> tuple[Voice, ...]:
        return tuple(voice for config in self.engines for voice in config.voices())


class ByVoiceTts:
    def __init__(self, engines: dict[str, Tts], voices: tuple[Voice, ...]) -> None:
        self._engines = engines
        self._voices = voices

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        voice = self._able(voice_for(self._voices, request), request.text)
        asked = replace(request, voice=voice.id)
        async with aclosing(self._engines[voice.engine].run(asked)) as speeches:
            async for speech in speeches:
                yield speech

    def _able(self, voice: Voice, text: str) -> Voice:
        """The voice itself if it can read *text*, else another."""
        language = language_of(text)
        if language == voice.language or voice.language == "zh":
            return voice
        able = [v for v in self._voices if v.language == language]
        alike = [v for v in able if v.gender == voice.gender]
        return next(iter(alike or able), voice)
