"""The avatar's side of a conversation: answers begun, released, cut to what was heard."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from avatar_serving import metrics
from avatar_serving.errors import LimitExceeded
from avatar_serving.images import ImageLimits
from avatar_serving.media import ChatRequest, Word
from avatar_serving.protocol.items import AssistantMessage
from avatar_serving.protocol.session_config import SessionConfig
from avatar_serving.session.answer import Answer
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.cutting import part_with, silence
from avatar_serving.session.empathy import Empathy
from avatar_serving.session.filler import Filler
from avatar_serving.session.floor import Floor
from avatar_serving.session.making import Making, Told
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.parting import unfinished
from avatar_serving.session.powers import Identity, Powers
from avatar_serving.session.preparing import Preparing
from avatar_serving.session.prompting import Prompting
from avatar_serving.session.recall import Recall
from avatar_serving.session.rest import Rest
from avatar_serving.session.sight import Sight
from avatar_serving.session.snapshot import Unfinished
from avatar_serving.session.wish import Wish


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a responder knows of the rest of its session."""

    on_free: Callable[[], Awaitable[None]]
    """Told when the last sound of the avatar was heard."""
    quiet: Callable[[], bool]
    """Whether the user is neither speaking nor waiting for an answer."""


class Responder:
    """At most one answer of the conversation is being given. One that was sent whole and is still
    heard may be followed by the next, which waits for its end before it sounds."""

    def __init__(
        self,
        powers: Powers,
        identity: Identity,
        config: SessionConfig,
        outbox: Outbox,
        around: Surroundings,
    ) -> None:
        self.conversation = Conversation(powers.limits.items)
        self.config = config
        self.recall = Recall(powers.memories, powers.memory, powers.llm, identity.avatar_id)
        self.empathy = Empathy(outbox, told=powers.habits.notice_feelings)
        limits = powers.limits
        allowed = ImageLimits(max_bytes=limits.message_bytes, max_pixels=limits.image_pixels)
        self.sight = Sight(powers.look, allowed, outbox)
        self.filler = Filler(powers.habits.filler_s, self._fill)
        self._powers = powers
        self._identity = identity
        self._out = outbox
        self._around = around
        self._prompting = Prompting(
            powers, identity, self.conversation, self.empathy, self.recall, self.sight
        )
        self._preparing = Preparing(
            powers, self.conversation, lambda: self._prompting.chat(self.config, Wish())
        )
        self._floor = Floor()
        self._making = Making(
            powers, identity, self.conversation, outbox, self._prompting,
            Told(self._floor.unheard_s, self._sent, self._heard),
        )  # fmt: skip
        self._filling: Answer | None = None
        self._rest: Rest | None = None
        """Of the answer that was interrupted last, while it may yet go on."""
        self._said = ""

    @property
    def language(self) -> str:
        """The language of the talk so far."""
        return self._prompting.expected(self.config)

    @property
    def active(self) -> bool:
        """A response of the conversation has been created and is not done."""
        return self._floor.active

    @property
    def silent(self) -> bool:
        """No answer of the conversation is being given or heard."""
        return self._floor.silent

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
        self._preparing.stop()

        async def ask() -> ChatRequest:
            if settled is not None:
                await settled()
            asked = self._prompting.chat(self.config, wish, said)
            if self.active:
                await self.empathy.show()
            return asked

        return self._making.new(ask, self.config, wish, clock)

    async def make_way(self) -> bool:
        """Whether an answer may begin now. A filler ends for it."""
        answer = self._floor.present
        if answer is None or not answer.active:
            return True
        if answer is not self._filling:
            return False
        self._floor.leave(answer)
        if answer.announcer.said:
            await self._silence(answer, "client_cancelled")
        else:
            await answer.drop()
        return True

    async def release(self, answer: Answer) -> None:
        """The user's turn is over: let the answer be heard, and nothing before it any more."""
        await self.interrupt("turn_detected")
        await self._give(answer)

    async def follow(self, answer: Answer) -> None:
        """The client asked for an answer: it begins where the one before it ends."""
        await self.give_up()
        await self._give(answer)

    async def beside(self, answer: Answer) -> None:
        """Let an answer out of band be heard.

        Raises:
            LimitExceeded: too many at once.
        """
        try:
            self._floor.put_aside(answer)
        except LimitExceeded:
            await answer.drop()
            raise
        answer.release()

    async def interrupt(self, reason: str, *, hold: bool = False) -> bool:
        """Stop what is being said or still heard; the conversation keeps what was heard of it.

        With *hold* the rest is kept until ``resume`` or ``give_up``.
        """
        self.filler.close()
        await self.give_up()
        sounding, answer = self._floor.clear()
        for before in sounding:
            await self._silence(before, reason)
        if answer is not None:
            self._said = answer.announcer.transcript
            await self._silence(answer, reason, hold=hold)
        return bool(sounding) or answer is not None

    @property
    def interrupted(self) -> bool:
        """An answer was cut short, and something of it is left to say."""
        return self._rest is not None and not self._rest.exhausted

    @property
    def last_said(self) -> str:
        """The text that was sent of the present answer, or of the one that was interrupted."""
        present = self._floor.present
        return self._said if present is None else present.announcer.transcript

    async def resume(self) -> bool:
        """Nobody wanted to interrupt: go on from the first word that was not heard."""
        rest, self._rest = self._rest, None
        if rest is None:
            return False
        self._preparing.stop()
        rest.go_on()
        answer = self._making.going_on(rest, self.config, TurnClock(self._out.now))
        metrics.went_on.inc()
        await self.release(answer)
        return True

    async def give_up(self) -> None:
        """The rest of an interrupted answer will not be wanted."""
        rest, self._rest = self._rest, None
        if rest is not None:
            await rest.close()

    async def cancel(self, response_id: str | None) -> bool:
        """Stop a response that is being given: this one, or that of the conversation."""
        beside = self._floor.take_aside(response_id or "")
        if beside is not None:
            await self._silence(beside, "client_cancelled")
            return True
        answer = self._floor.present
        if answer is None or not answer.active:
            return False
        if response_id not in (None, answer.announcer.delivery.response_id):
            return False
        return await self.interrupt("client_cancelled")

    def played(self, item_id: str, played_ms: int) -> None:
        """The client says how much it has played."""
        if (answer := self._floor.find(item_id)) is not None:
            answer.announcer.ledger.acknowledge(played_ms, self._out.now())

    async def cut(self, item_id: str, heard_ms: int) -> None:
        """The client has stopped the sound of an answer that was sent whole."""
        answer = self._floor.find(item_id)
        if answer is None or answer.active:
            return
        answer.announcer.ledger.acknowledge(heard_ms, self._out.now())
        self._floor.leave(answer)
        await self._silence(answer, "client_cancelled")

    def unfinished(self) -> Unfinished | None:
        """What the client lacks of the answer that is being given."""
        present = self._floor.present
        return None if present is None else unfinished(present)

    def sent_so_far(self) -> tuple[AssistantMessage, Sequence[Word]] | None:
        """The item of the answer that is being given, as far as it was sent, with its words."""
        present = self._floor.present
        return None if present is None else present.announcer.sent()

    async def part(self, within_s: float) -> Unfinished | None:
        """End the answer that is being given: another gateway will go on with it."""
        for aside in self._floor.aside:
            await aside.stop("moved")
        answer = self._floor.present
        if answer is None or not answer.active:
            return None
        self._floor.leave(answer)
        return await part_with(answer, self.conversation, within_s)

    @property
    def giving(self) -> bool:
        """A response is being given, of the conversation or beside it."""
        return self._floor.giving

    def read_ahead(self) -> None:
        """Prepare the next answer, while nobody waits for one."""
        self._preparing.start()

    async def close(self) -> None:
        """The client is gone: stop without a word."""
        await self.sight.close()
        self.empathy.close()
        self._preparing.stop()
        self.filler.close()
        await self.give_up()
        for answer in self._floor.close():
            answer.count("abandoned")
            await answer.drop()

    async def _give(self, answer: Answer) -> None:
        self.filler.close()
        self._floor.take(answer)
        await self._out.state("thinking")
        await self.empathy.show()
        answer.release()

    async def _silence(self, answer: Answer, reason: str, *, hold: bool = False) -> None:
        rest = await silence(answer, self.conversation, reason, self._out.now(), hold=hold)
        if rest is not None:
            self._rest = rest

    def _sent(self, answer: Answer) -> None:
        """All of an answer was sent; it may still be heard."""
        announcer = answer.announcer
        if announcer.delivery.spoken:
            self.filler.expect([call.id for call in announcer.calls])
        self.read_ahead()

    async def _heard(self, answer: Answer) -> None:
        self._floor.leave(answer)
        if self.silent:
            await self._around.on_free()

    async def _fill(self) -> None:
        """Say that a function takes its time, unless somebody is speaking."""
        if self.active or not self._around.quiet():
            return
        sentence = self.filler.sentence(self._prompting.language)
        wish = Wish(text=sentence, spoken=True, metadata={"avatar": "filler"})
        answer = self.begin(TurnClock(self._out.now), wish=wish)
        self.conversation.leave_out(answer.announcer.delivery.item_id)
        self._filling = answer
        self._floor.take(answer)
        answer.release()
