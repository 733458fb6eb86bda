"""The avatar's side of a conversation: answers begun, released, cut to what was heard."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from avatar_serving import logs, metrics
from avatar_serving.errors import AvatarError
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest, Manner, Message, Spoken
from avatar_serving.protocol.audio import OutputEncoder
from avatar_serving.protocol.ids import new_id
from avatar_serving.protocol.session_config import SessionConfig
from avatar_serving.session.announcer import Announcer, Delivery
from avatar_serving.session.answer import Answer
from avatar_serving.session.clock import Noted, TurnClock
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.empathy import Empathy
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.persona import system_prompt
from avatar_serving.session.powers import Identity, Powers
from avatar_serving.session.rest import Rest
from avatar_serving.session.summary import summary_request
from avatar_serving.session.supply import Stretches, Supply
from avatar_serving.text.languages import language_of

log = logs.get()


@dataclass(frozen=True, slots=True)
class Wish:
    """What one response is asked to be; None: as the session says."""

    instructions: str | None = None
    spoken: bool | None = None
    max_tokens: int | None = None


class Responder:
    def __init__(
        self,
        powers: Powers,
        identity: Identity,
        config: SessionConfig,
        outbox: Outbox,
        on_free: Callable[[], Awaitable[None]],
    ) -> None:
        self.conversation = Conversation(powers.limits.items)
        self.config = config
        self.empathy = Empathy(outbox, told=powers.habits.notice_feelings)
        self._powers = powers
        self._identity = identity
        self._out = outbox
        self._on_free = on_free
        self._answer: Answer | None = None
        self._rest: Rest | None = None
        """Of the answer that was interrupted last, while it may yet go on."""
        self._said = ""
        self._reading: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """A response has been created and is not done."""
        return self._answer is not None and self._answer.active

    def begin(
        self,
        clock: TurnClock,
        said: str = "",
        wish: Wish | None = None,
        settled: Callable[[], Awaitable[None]] | None = None,
    ) -> Answer:
        """Start to answer the conversation, with *said* as its last word. Silent until released.

        *settled* is waited for first: what was said before may still be being recognised.
        """
        wish = wish or Wish()
        self._stop_reading()
        spoken = self.config.spoken if wish.spoken is None else wish.spoken

        async def chat() -> ChatRequest:
            if settled is not None:
                await settled()
            asked = self._chat(said, wish)
            if self.active:
                await self.empathy.show()
            return asked

        source = self._spoken(chat, clock) if spoken else self._written(chat, clock)
        return self._answer_with(Supply(source), clock, spoken)

    def _answer_with(self, supply: Stretches, clock: TurnClock, spoken: bool) -> Answer:
        delivery = Delivery(
            response_id=new_id("resp"),
            item_id=new_id("item"),
            spoken=spoken,
            animated=spoken and self._identity.animated,
            lead_s=self._powers.habits.lead_s,
        )
        encoder = OutputEncoder(self.config.audio.output.format)
        announcer = Announcer(delivery, encoder, self._out, self.conversation, clock)
        return Answer(supply, announcer, clock, self.read_ahead, self._heard)

    async def release(self, answer: Answer) -> None:
        """The floor is the avatar's: let the answer be heard."""
        await self.interrupt("turn_detected")
        self._answer = answer
        await self._out.state("thinking")
        await self.empathy.show()
        answer.release()

    async def interrupt(self, reason: str, *, hold: bool = False) -> bool:
        """Stop what is being said or still heard; the conversation keeps what was heard of it.

        With *hold* the rest is kept until ``resume`` or ``give_up``.
        """
        await self.give_up()
        answer, self._answer = self._answer, None
        if answer is None:
            return False
        announcer = answer.announcer
        heard_ms = announcer.ledger.heard_ms(self._out.now())
        announcer.ledger.stop(self._out.now())
        self._said = announcer.transcript
        if hold and announcer.delivery.spoken:
            self._rest = await answer.hold(reason, heard_ms)
        else:
            await answer.stop(reason)
        if announcer.delivery.spoken:
            self.conversation.truncate(announcer.delivery.item_id, heard_ms)
        await announcer.report(announcer.heard_text(heard_ms))
        metrics.turns.labels("interrupted").inc()
        return True

    @property
    def interrupted(self) -> bool:
        """An answer was cut short, and something of it is left to say."""
        return self._rest is not None and not self._rest.exhausted

    @property
    def last_said(self) -> str:
        """The text that was sent of the present answer, or of the one that was interrupted."""
        return self._said if self._answer is None else self._answer.announcer.transcript

    async def resume(self) -> bool:
        """Nobody wanted to interrupt: go on from the first word that was not heard."""
        rest, self._rest = self._rest, None
        if rest is None:
            return False
        self._stop_reading()
        rest.go_on()
        answer = self._answer_with(rest, TurnClock(self._out.now), spoken=True)
        metrics.turns.labels("resumed").inc()
        await self.release(answer)
        return True

    async def give_up(self) -> None:
        """The rest of an interrupted answer will not be wanted."""
        rest, self._rest = self._rest, None
        if rest is not None:
            await rest.close()

    def played(self, item_id: str, played_ms: int) -> None:
        """The client says how much it has played."""
        answer = self._answer
        if answer is not None and answer.announcer.delivery.item_id == item_id:
            answer.announcer.ledger.acknowledge(played_ms, self._out.now())

    def read_ahead(self) -> None:
        """Have the language model read what it knows so far, while nobody waits for it."""
        self._stop_reading()
        if self._powers.habits.read_ahead or self._powers.habits.summarise:
            self._reading = asyncio.create_task(self._prepare())

    async def close(self) -> None:
        """The client is gone: stop without a word."""
        self._stop_reading()
        await self.give_up()
        if self._answer is not None:
            answer, self._answer = self._answer, None
            await answer.drop()

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    async def _prepare(self) -> None:
        """What can be done for the next answer while nobody waits for it."""
        try:
            chat = self._chat("", Wish())
            if self._powers.habits.summarise and await self._summarise():
                chat = self._chat("", Wish())
            if self._powers.habits.read_ahead:
                await collect(self._powers.llm.run(replace(chat, max_tokens=1)))
        except AvatarError as error:
            log.warning("preparing the next answer failed", code=error.code)

    async def _summarise(self) -> bool:
        """Put what has left the model's window into a few words."""
        before, left = self.conversation.left_behind()
        if not left:
            return False
        told = [message for message in left.values() if message.text]
        deltas = await collect(self._powers.llm.run(summary_request(before, told)))
        self.conversation.summarise("".join(deltas).strip() or before, left)
        return True

    async def _heard(self) -> None:
        self._answer = None
        await self._on_free()

    def _chat(self, said: str, wish: Wish) -> ChatRequest:
        habits, identity = self._powers.habits, self._identity
        prompt = system_prompt(
            name=identity.name,
            persona=wish.instructions or self.config.instructions or identity.persona,
            description=identity.description,
            language=self.config.language,
        )
        # One less than may be told: what is said next has its place already.
        messages = self.conversation.messages(prompt, habits.history_messages - 1)
        if said:
            messages = (*messages, Message("user", said))
        messages = self.empathy.regard(messages)
        tokens = wish.max_tokens or self.config.max_tokens or habits.answer_tokens
        return ChatRequest(messages, max_tokens=tokens, model=self._powers.model)

    async def _spoken(
        self, ask: Callable[[], Awaitable[ChatRequest]], clock: TurnClock
    ) -> AsyncGenerator[Spoken | str, None]:
        chat = await ask()
        voice = self._powers.find_voice(self.config.audio.output.voice or self._identity.voice)
        last = chat.messages[-1].text
        language = language_of(last) if self.config.language == "auto" else self.config.language
        manner = Manner(
            voice.id,
            language,
            max(0.5, self.config.audio.output.speed),
            self._identity.seed,
            self._identity.animated,
            self.empathy.mood,
        )
        async with aclosing(self._powers.speak(chat, manner, clock.note)) as stretches:
            async for stretch in stretches:
                yield stretch

    async def _written(
        self, ask: Callable[[], Awaitable[ChatRequest]], clock: TurnClock
    ) -> AsyncGenerator[Spoken | str, None]:
        chat = await ask()
        llm = Noted(self._powers.llm, clock.note, "llm_first_token")
        async with aclosing(llm.run(chat)) as deltas:
            async for delta in deltas:
                yield delta
