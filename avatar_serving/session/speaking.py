"""Where the stretches of an answer come from: the language model, or a text as it stands."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from avatar_serving.media import ChatRequest, Spoken, Tokens
from avatar_serving.protocol.session_config import SessionConfig
from avatar_serving.session.announcer import Stretch
from avatar_serving.session.clock import Noted, TurnClock
from avatar_serving.session.powers import Powers
from avatar_serving.session.prompting import Prompting
from avatar_serving.session.rest import earlier
from avatar_serving.session.usage import Metered, Tally
from avatar_serving.session.wish import Wish

Ask = Callable[[], Awaitable[ChatRequest]]
"""Gives the question, once all that was said before is known."""


class Speaking:
    """From a request to the language model to what the client is sent of its answer."""

    def __init__(self, powers: Powers, prompting: Prompting) -> None:
        self._powers = powers
        self._prompting = prompting

    async def spoken(
        self, ask: Ask, config: SessionConfig, wish: Wish, clock: TurnClock, tally: Tally
    ) -> AsyncGenerator[Stretch, None]:
        """Sound, and what the client is asked to do."""
        chat = await ask()
        manner = self._prompting.manner(config, wish, chat)
        speech = self._powers.speak(chat, manner, clock.note, tally.count)
        async with aclosing(speech) as stretches:
            async for stretch in stretches:
                yield stretch

    async def continued(
        self, ask: Ask, config: SessionConfig, wish: Wish, clock: TurnClock, tally: Tally
    ) -> AsyncGenerator[Stretch, None]:
        """The text of the wish, then what the language model says after it."""
        end_s = 0.0
        async with aclosing(self.said(config, wish)) as stretches:
            async for stretch in stretches:
                if isinstance(stretch, Spoken):
                    end_s = stretch.start_s + stretch.speech.audio.seconds
                yield stretch
        async with aclosing(self.spoken(ask, config, wish, clock, tally)) as stretches:
            async for stretch in stretches:
                yield earlier(stretch, -end_s) if isinstance(stretch, Spoken) else stretch

    async def written(
        self, ask: Ask, clock: TurnClock, tally: Tally
    ) -> AsyncGenerator[Stretch, None]:
        """Text, and what the client is asked to do."""
        chat = await ask()
        llm = Noted(Metered(self._powers.llm, tally.count), clock.note, "llm_first_token")
        async with aclosing(llm.run(chat)) as deltas:
            async for delta in deltas:
                if not isinstance(delta, Tokens):
                    yield delta

    async def said(self, config: SessionConfig, wish: Wish) -> AsyncGenerator[Stretch, None]:
        """The text of the wish, in the voice and language of the last answer."""
        manner = self._prompting.manner(config, wish, None)
        async with aclosing(self._powers.say(wish.text, manner)) as stretches:
            async for stretch in stretches:
                yield stretch
