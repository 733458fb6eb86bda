"""Answers as they are made: from what is asked to stretches ahead of their playback."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from avatar_serving import traces
from avatar_serving.protocol.ids import new_id
from avatar_serving.protocol.session_config import SessionConfig
from avatar_serving.session.announcer import Announcer
from avatar_serving.session.answer import Answer
from avatar_serving.session.answer_item import Delivery
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.powers import Identity, Powers
from avatar_serving.session.prompting import Prompting
from avatar_serving.session.speaking import Ask, Speaking
from avatar_serving.session.supply import Stretches, Supply
from avatar_serving.session.usage import Tally
from avatar_serving.session.wish import Wish


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer asks, and whom it tells how far it is."""

    unheard_s: Callable[[], float]
    """Seconds of sound before it that are still to be heard."""
    sent: Callable[[Answer], None]
    heard: Callable[[Answer], Awaitable[None]]


class Making:
    """Every answer is silent until it is released."""

    def __init__(
        self,
        powers: Powers,
        identity: Identity,
        conversation: Conversation,
        outbox: Outbox,
        prompting: Prompting,
        told: Told,
    ) -> None:
        self._lead_s = powers.habits.lead_s
        self._identity = identity
        self._conversation = conversation
        self._out = outbox
        self._prompting = prompting
        self._speaking = Speaking(powers, prompting)
        self._told = told

    def new(self, ask: Ask, config: SessionConfig, wish: Wish, clock: TurnClock) -> Answer:
        """A text that the *wish* gives is said as it is, and nothing asked."""
        delivery, tally = self._delivery(config, wish), Tally()
        if wish.text and wish.begun:
            source = self._speaking.continued(ask, config, wish, clock, tally)
        elif wish.text:
            source = self._speaking.said(config, wish)
        elif delivery.spoken:
            source = self._speaking.spoken(ask, config, wish, clock, tally)
        else:
            source = self._speaking.written(ask, clock, tally)
        return self._answer(lambda: Supply(source), clock, delivery, tally)

    def going_on(self, rest: Stretches, config: SessionConfig, clock: TurnClock) -> Answer:
        """The *rest* of an answer that was cut short, under a name of its own."""
        return self._answer(lambda: rest, clock, self._delivery(config, Wish(spoken=True)), Tally())

    def _delivery(self, config: SessionConfig, wish: Wish) -> Delivery:
        spoken = config.spoken if wish.spoken is None else wish.spoken
        return Delivery(
            response_id=new_id("resp"),
            item_id=new_id("item"),
            spoken=spoken,
            animated=spoken and self._identity.animated,
            lead_s=self._lead_s,
            conversation_id=self._conversation.id if wish.remembered else None,
            voice=self._prompting.voice(config, wish) if spoken else "",
            format=wish.format or config.audio.output.format,
            max_tokens=wish.max_tokens or config.max_output_tokens,
            metadata=wish.metadata,
        )

    def _answer(
        self,
        supply: Callable[[], Stretches],
        clock: TurnClock,
        delivery: Delivery,
        tally: Tally,
    ) -> Answer:
        """*supply* begins to work when it is called, as a part of the turn in traces."""

        async def heard() -> None:
            await self._told.heard(answer)

        mark = traces.begin("turn", turn_id=delivery.response_id)
        with mark.inside():
            announcer = Announcer(
                delivery, self._out, self._conversation, clock, tally, self._told.unheard_s
            )
            answer = Answer(
                supply(), announcer, clock, lambda: self._told.sent(answer), heard, mark
            )
        return answer
