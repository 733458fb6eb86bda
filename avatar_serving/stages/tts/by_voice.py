"""Several engines in one: each request goes to the engine of the voice it names.

A clause in a language that the voice was not recorded in is spoken by the first voice of that
language, of the same age and gender where there is one. Mandarin voices read English words
themselves; in an English clause, each run of Chinese is spoken by a Mandarin voice.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from avatar_serving.errors import LanguageUnavailable
from avatar_serving.media import Speech, SpeechRequest
from avatar_serving.stages.base import Tts, Warmed
from avatar_serving.stages.tts.base import TtsEngineConfig
from avatar_serving.stages.tts.cosyvoice import CosyVoiceConfig
from avatar_serving.stages.tts.hibari import HibariConfig
from avatar_serving.stages.tts.kokoro import KokoroConfig
from avatar_serving.stages.tts.likeness import likeness
from avatar_serving.stages.tts.qwen import QwenConfig
from avatar_serving.stages.tts.tone import ToneConfig
from avatar_serving.stages.tts.voices import Voice, voice_for
from avatar_serving.text.languages import Language, has_han, language_of, runs

SingleTtsConfig = Annotated[
    CosyVoiceConfig | HibariConfig | KokoroConfig | QwenConfig | ToneConfig,
    Field(discriminator="engine"),
]


class ByVoiceConfig(TtsEngineConfig):
    engine: Literal["by_voice"] = "by_voice"
    engines: tuple[SingleTtsConfig, ...] = Field(min_length=1)
    """Engines in order of preference: the first voice of a language is its default."""

    def required_weights(self) -> tuple[str, ...]:
        return tuple(name for config in self.engines for name in config.required_weights())

    def required_modules(self) -> tuple[str, ...]:
        return tuple(name for config in self.engines for name in config.required_modules())

    def build(self) -> "ByVoiceTts":
        return ByVoiceTts({c.engine: c.build() for c in self.engines}, self.voices())

    def voices(self) -> tuple[Voice, ...]:
        return tuple(voice for config in self.engines for voice in config.voices())


class ByVoiceTts:
    def __init__(self, engines: dict[str, Tts], voices: tuple[Voice, ...]) -> None:
        self._engines = engines
        self._voices = voices

    async def warm(self) -> None:
        for engine in self._engines.values():
            if isinstance(engine, Warmed):
                await engine.warm()

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        for voice, text in self._parts(voice_for(self._voices, request), request.text):
            asked = replace(request, voice=voice.id, text=text)
            async with aclosing(self._engines[voice.engine].run(asked)) as speeches:
                async for speech in speeches:
                    yield speech

    def _parts(self, voice: Voice, text: str) -> list[tuple[Voice, str]]:
        """Who says which part of *text*."""
        if voice.language == "zh" or not has_han(text):
            return [(voice, text)]
        if language_of(text) == "zh":
            return [(self._able(voice, "zh"), text)]
        return [(self._able(voice, language), run) for language, run in runs(text)]

    def _able(self, voice: Voice, language: Language) -> Voice:
        """The voice itself if it speaks *language*, else the one most like it.

        Raises:
            LanguageUnavailable: none does.
        """
        if voice.language == language:
            return voice
        able = [v for v in self._voices if v.language == language]
        if not able:
            offered = tuple(sorted({v.language for v in self._voices}))
            raise LanguageUnavailable(language, offered)
        return max(able, key=lambda other: likeness(voice, other))
