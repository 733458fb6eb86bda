"""One spoken answer: messages in, clauses of sound with their motion out."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from avatar_serving.affect.answer import while_saying
from avatar_serving.flow import collect
from avatar_serving.media import (
    AnimateRequest,
    AudioChunk,
    ChatDelta,
    ChatRequest,
    Manner,
    Mood,
    Speech,
    SpeechRequest,
    Spoken,
    ToolCall,
)
from avatar_serving.stages.base import Animate, Llm, Tts
from avatar_serving.text.clauses import clauses
from pipelines.bridging import Aside, bridged
from pipelines.pieces import in_pieces

_SENTENCE_PAUSE_S = 0.25
_CLAUSE_PAUSE_S = 0.08
_HEARD_S = 2.2
"""Of the sound before a stretch: what the networks that animate hear at a time."""


Check = Callable[[AsyncGenerator[str, None], ChatRequest], AsyncGenerator[str, None]]
"""Lets clauses of an answer pass, or puts something else in their place."""


@dataclass(frozen=True, slots=True)
class ConverseStages:
    llm: Llm
    tts: Tts
    animate: Animate
    streams: bool = False
    """Motion comes while it is made: stretches are handed on in pieces of PIECE_S."""


async def converse(
    stages: ConverseStages, chat: ChatRequest, manner: Manner, check: Check | None = None
) -> AsyncGenerator[Spoken | ToolCall, None]:
    """Speak the answer to *chat*, then name the functions that the model wants done. Where its
    words are late because a replica must start, a sentence bridges the time: no text shows it.

    Closing the stream is barge-in: every stage stops.
    """
    calls: list[ToolCall] = []
    said = clauses(_text(stages.llm.run(chat), calls))
    texts = bridged(check(said, chat) if check else said, manner.language)
    async with aclosing(speak(stages, texts, manner)) as stretches:
        async for stretch in stretches:
            yield stretch
    for call in calls:
        yield call


async def _text(
    deltas: AsyncGenerator[ChatDelta, None], calls: list[ToolCall]
) -> AsyncGenerator[str, None]:
    """The words of an answer; its calls are put aside."""
    async with aclosing(deltas):
        async for delta in deltas:
            if isinstance(delta, str):
                yield delta
            elif isinstance(delta, ToolCall):
                calls.append(delta)


async def speak(
    stages: ConverseStages, texts: AsyncGenerator[str | Aside, None], manner: Manner
) -> AsyncGenerator[Spoken, None]:
    """Speak clauses one after the other, with a breath between them, each with its own face."""
    line = _Line(stages, manner)
    async with aclosing(texts):
        async for said in texts:
            async with aclosing(line.say(said)) as stretches:
                async for stretch in stretches:
                    yield stretch


class _Line:
    """What is said one after the other, as far as it has come."""

    def __init__(self, stages: ConverseStages, manner: Manner) -> None:
        self._stages = stages
        self._manner = manner
        self._start_s = 0.0
        self._mood = manner.mood
        self._heard: AudioChunk | None = None
        """The end of the sound so far."""

    async def say(self, said: str | Aside) -> AsyncGenerator[Spoken, None]:
        manner, aside = self._manner, isinstance(said, Aside)
        text = said.text if isinstance(said, Aside) else said
        request = SpeechRequest(text, manner.voice, manner.language, manner.speed, manner.pitch)
        async with aclosing(self._stages.tts.run(request)) as parts:
            before, self._mood = self._mood, while_saying(text, manner.mood)
            shown = "" if aside else text
            async for part in parts:
                speech = _with_pause(part, text)
                if aside:
                    speech = replace(speech, words=())
                async with aclosing(self._moving(shown, speech, before)) as pieces:
                    async for piece in pieces:
                        yield piece
                self._start_s += speech.audio.seconds
                shown, before, self._heard = "", self._mood, _end_of(speech.audio)

    async def _moving(
        self, shown: str, speech: Speech, before: Mood
    ) -> AsyncGenerator[Spoken, None]:
        """*speech* with its frames, in pieces if they come while they are made."""
        whole = Spoken(shown, speech, self._start_s, ())
        if not self._manner.animated:
            yield whole
            return
        frames = self._stages.animate.run(self._asked(speech, before))
        if not self._stages.streams:
            yield replace(whole, frames=tuple(await collect(frames)))
            return
        async with aclosing(in_pieces(whole, frames)) as pieces:
            async for piece in pieces:
                yield piece

    def _asked(self, speech: Speech, before: Mood) -> AnimateRequest:
        return AnimateRequest(
            speech.audio.seconds, speech.phones, self._start_s, mood=self._mood, mood_before=before,
            audio=speech.audio, audio_before=self._heard, seed=self._manner.seed,
        )  # fmt: skip


async def speak_text(
    stages: ConverseStages, text: str, manner: Manner
) -> AsyncGenerator[Spoken, None]:
    """Speak *text* as it stands."""

    async def whole() -> AsyncGenerator[str, None]:
        yield text

    async with aclosing(speak(stages, clauses(whole()), manner)) as stretches:
        async for stretch in stretches:
            yield stretch


def _with_pause(speech: Speech, text: str) -> Speech:
    audio, text = speech.audio, speech.words[-1].text if speech.words else text
    ended = text.rstrip("\"')”’»").endswith(tuple(".!?。！？…"))
    pause_s = _SENTENCE_PAUSE_S if ended else _CLAUSE_PAUSE_S
    silence = b"\0\0" * round(pause_s * audio.sample_rate)
    return replace(speech, audio=replace(audio, pcm=audio.pcm + silence))


def _end_of(audio: AudioChunk) -> AudioChunk:
    return replace(audio, pcm=audio.pcm[-2 * round(_HEARD_S * audio.sample_rate) :])
