"""Which of the voices that there are is most like another."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from avatar_serving.media import Speech, SpeechRequest
from avatar_serving.stages.base import Tts
from avatar_serving.stages.tts.voices import Voice


def likeness(one: Voice, other: Voice) -> int:
    """The larger the liker: 0 to 3, by gender and age."""
    same_age = ("child" in one.tags) == ("child" in other.tags)
    return 2 * (one.gender == other.gender) + same_age


class InLikeVoice:
    """An engine that is asked for voices of another: it speaks with its own that is most like."""

    def __init__(self, engine: Tts, its: Sequence[Voice], asked: Sequence[Voice]) -> None:
        """*its* voices, and those of the other, that requests name."""
        self._engine, self._its = engine, tuple(its)
        self._asked = {voice.id: voice for voice in asked}

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        voice = self._like(request)
        async with aclosing(self._engine.run(replace(request, voice=voice))) as speeches:
            async for speech in speeches:
                yield speech

    def _like(self, request: SpeechRequest) -> str:
        asked = self._asked.get(request.voice)
        if asked is None or any(voice.id == asked.id for voice in self._its):
            return request.voice
        able = [voice for voice in self._its if voice.language == request.language]
        return max(able or self._its, key=lambda voice: likeness(asked, voice)).id
