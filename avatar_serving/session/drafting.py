"""What is prepared in a pause of the user: the words, and the answer to them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from avatar_serving.media import AudioChunk, Transcript
from avatar_serving.session.answer import Answer
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.draft import Draft
from avatar_serving.session.errands import Errands
from avatar_serving.session.responder import Responder
from avatar_serving.session.turns import Sense
from avatar_serving.session.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Pause:
    """Where the user fell silent, and what was said before."""

    said: AudioChunk
    at_s: float
    """In seconds of the user's audio."""
    on_clock_s: float
    """The same moment, on the clock of the session."""


class Drafting:
    """At most one draft is being made. A later pause of the same turn has another.

    One that is taken is still dropped when the session ends, until it is `given` on.
    """

    def __init__(
        self,
        now: Callable[[], float],
        responder: Responder,
        understanding: Understanding,
        errands: Errands,
        recognised: Callable[[float, Sense], Coroutine[Any, Any, None]],
    ) -> None:
        """*recognised* is told what the words up to a pause mean for the turn."""
        self.clock = TurnClock(now)
        """Of the turn that was drafted last."""
        self._now = now
        self._responder = responder
        self._understanding = understanding
        self._errands = errands
        self._recognised = recognised
        self._draft: Draft | None = None
        self._taken: set[Draft] = set()

    def begin(
        self, pause: Pause, *, answering: bool, after: asyncio.Task[None] | None = None
    ) -> None:
        """Recognise what was said, and begin the answer to it if *answering*.

        *after*: the turn before, which is recognised first.
        """
        clock = self.clock = TurnClock(self._now, pause.on_clock_s)
        clock.note("drafted")
        self._errands.start(self._responder.empathy.listen(pause.said))

        async def transcribe() -> Transcript:
            if after is not None:
                await asyncio.wait({after})
            return await self._transcribe(pause, clock)

        def answer(heard: Transcript) -> Answer | None:
            if self._understanding.sense(heard.text) is Sense.ASIDE:
                return None
            return self._responder.begin(clock, heard.text)

        self._draft = Draft(transcribe, answer if answering else None)

    def take(self) -> Draft:
        """The turn is over, and the draft what becomes of it."""
        draft, self._draft = self._draft, None
        assert draft is not None, "a turn is drafted before it is committed"
        self.clock.note("committed")
        self._taken.add(draft)
        return draft

    def given(self, draft: Draft) -> None:
        """Its answer is spoken, or dropped, by others."""
        self._taken.discard(draft)

    async def drop(self) -> None:
        """The user went on: nobody hears of the draft."""
        draft, self._draft = self._draft, None
        if draft is not None:
            await draft.drop()

    async def close(self) -> None:
        """The session is over."""
        await self.drop()
        while self._taken:
            await self._taken.pop().drop()

    async def _transcribe(self, pause: Pause, clock: TurnClock) -> Transcript:
        heard = await self._understanding.recognise(pause.said)
        clock.note("asr")
        sense = self._understanding.sense(heard.text)
        self._errands.start(self._recognised(pause.at_s, sense))
        return heard
