"""Hears what it was told to hear. Without weights; for tests."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Literal

from pydantic import Field

from avatar_serving.media import Transcript, Utterance
from avatar_serving.stages.asr.sound import utterance_samples
from avatar_serving.stages.base import StageConfig
from avatar_serving.text.languages import language_of


class ScriptedConfig(StageConfig):
    engine: Literal["scripted"] = "scripted"
    text: str = "Hello, how are you?"
    """What is heard in every utterance that is not silent."""
    delay_s: float = Field(default=0.0, ge=0)
    """Time it takes to hear it."""

    def build(self) -> "ScriptedAsr":
        return ScriptedAsr(self)


class ScriptedAsr:
    def __init__(self, config: ScriptedConfig) -> None:
        self._config = config

    async def run(self, request: Utterance, /) -> AsyncGenerator[Transcript, None]:
        samples = utterance_samples(request)
        await asyncio.sleep(self._config.delay_s)
        text = self._config.text if samples.any() else ""
        yield Transcript(text, request.language or language_of(text))
