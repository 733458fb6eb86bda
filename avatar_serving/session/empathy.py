"""How the user seems to feel, and what the avatar's face and words make of it."""

import asyncio
from dataclasses import replace

from avatar_serving.affect.answer import NEUTRAL
from avatar_serving.affect.face import Seen, feeling_of
from avatar_serving.affect.feeling import Feeling
from avatar_serving.affect.notice import Notice, line_for
from avatar_serving.affect.policy import MoodPolicy
from avatar_serving.affect.voice import Tone
from avatar_serving.affect.words import feeling_in
from avatar_serving.expressions import weights_of
from avatar_serving.media import AudioChunk, Message, Mood
from avatar_serving.protocol.avatar import AvatarMood
from avatar_serving.protocol.client import AvatarAffect
from avatar_serving.session.outbox import Outbox
from avatar_serving.text.languages import language_of

_CAMERA_S = 3.0
"""What the camera saw longer ago no longer counts."""
_GESTURE_S = 10.0
"""A gesture is told to the language model if it was made this recently."""
_FADE_S = 1.0
"""Between two looks at whether a mood has faded."""


class Empathy:
    """One session's. Ears and words at each turn, eyes whenever the client sends what it sees."""

    def __init__(self, outbox: Outbox, *, told: bool = True) -> None:
        """*told*: the language model is told what is noticed."""
        self._out = outbox
        self._told = told
        self._tone = Tone()
        self._arousal = 0.0
        self._policy = MoodPolicy()
        self._shown = Mood()
        self._seen, self._seen_s = Seen(), float("-inf")
        self._gesture_s = float("-inf")
        self._fading: asyncio.Task[None] | None = None

    @property
    def mood(self) -> Mood:
        return self._policy.mood

    async def listen(self, said: AudioChunk) -> None:
        """The sound of a turn."""
        self._arousal = await asyncio.to_thread(self._tone.push, said)

    async def see(self, event: AvatarAffect) -> None:
        """What the client's camera shows now."""
        now_s = self._out.now()
        seen = event.seen
        if seen.gesture != "none":
            self._gesture_s = now_s
        elif now_s - self._gesture_s < _GESTURE_S:
            seen = replace(seen, gesture=self._seen.gesture)
        self._seen, self._seen_s = seen, now_s
        self._policy.seen(now_s, feeling_of(seen) if event.present else Feeling())
        await self.show()

    def regard(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Take in what the user has just said. Returns *messages*, with a line behind them where
        there is something to tell: what a language model has read before stays as it was."""
        if not messages or messages[-1].role != "user":
            return messages
        text, arousal, now_s = messages[-1].text, self._arousal, self._out.now()
        self._arousal = 0.0
        words = feeling_in(text)
        self._policy.said(now_s, words.scaled(1 + 0.3 * arousal))
        seen = self._seen if now_s - self._seen_s < _CAMERA_S else None
        line = line_for(Notice(words, arousal, seen), language_of(text)) if self._told else ""
        return (*messages, Message("system", line)) if line else messages

    async def show(self) -> None:
        """Tell an avatar client if the mood is another than it knows."""
        self._policy.now(self._out.now())
        mood = self._policy.mood
        if self._out.animated and mood != self._shown:
            self._shown = mood
            await self._out.send(_event(mood))
        if self._shown != NEUTRAL and (self._fading is None or self._fading.done()):
            self._fading = asyncio.create_task(self._fade())

    def close(self) -> None:
        if self._fading is not None:
            self._fading.cancel()

    async def _fade(self) -> None:
        """Nobody may say or show anything any more: the mood passes all the same."""
        while self._shown != NEUTRAL:
            await asyncio.sleep(_FADE_S)
            await self.show()


def _event(mood: Mood) -> AvatarMood:
    weights = weights_of(mood.emotion, mood.intensity)
    return AvatarMood(
        emotion=mood.emotion,
        intensity=round(mood.intensity, 3),
        weights={name: round(weight, 3) for name, weight in weights.items()},
    )
