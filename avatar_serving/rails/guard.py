"""Guard rails around a conversation: before the language model, and before each clause is heard."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from avatar_serving.errors import TextRefused
from avatar_serving.media import ChatDelta, ChatRequest, Message, Tokens, ToolCall
from avatar_serving.rails.checks import Blocked, answered, asked, scripted
from avatar_serving.rails.config import Rails
from avatar_serving.rails.judge import judged
from avatar_serving.rails.refusals import refusal
from avatar_serving.session.persona import APPEARANCE
from avatar_serving.stages.base import Llm
from avatar_serving.text.cuts import LATER, find_cut
from avatar_serving.text.languages import language_of

LEFT_OUT = "(left out: not allowed here)"
"""What a language model is told in the place of a text that it must not see."""


class Guard:
    """The rails of one session. *on_blocked* is told of everything that is refused."""

    def __init__(
        self, rails: Rails, llm: Llm, on_blocked: Callable[[Blocked], None] = lambda _: None
    ) -> None:
        self._rails = rails
        self._llm = llm
        self._on_blocked = on_blocked
        self._idle = not rails.instructions and not rails.topics

    async def admit(self, chat: ChatRequest) -> ChatRequest | str:
        """The chat as the model may see it, or what is said instead of an answer.

        The user's last words are refused if they must be. Earlier ones, and what tools brought, are
        left out where they would be refused: they are no less of a trap a turn later.
        """
        if self._idle:
            return chat
        last = _last_said(chat)
        if last is not None and (blocked := await self._refused(chat, chat.messages[last].text)):
            self._on_blocked(blocked)
            return self.refusal(chat)
        kept = tuple(
            self._kept(message) if message.role not in ("system", "assistant") else message
            for message in chat.messages
        )
        return replace(chat, messages=kept)

    async def spoken(
        self, texts: AsyncGenerator[str, None], chat: ChatRequest, joint: str = ""
    ) -> AsyncGenerator[str, None]:
        """Clauses of the answer to *chat* as they may be heard; a blocked one is the last, and the
        refusal stands in its place, behind *joint*."""
        before, instead = "", self.refusal(chat)
        prompt = _secret(chat)
        async with aclosing(texts):
            async for text in texts:
                said = f"{before} {text}" if before else text
                blocked = None if self._idle else answered(self._rails, said, prompt)
                if blocked is not None and said not in instead:
                    self._on_blocked(blocked)
                    yield joint + instead if before else instead
                    return
                before = said
                yield text

    async def check_script(self, text: str, model: str = "") -> None:
        """Raises TextRefused: *text*, written for the avatar to say, is about a refused topic.
        *model* judges, if the rails want a judge."""
        blocked = scripted(self._rails, text)
        if blocked is None and await self._judged(text, model):
            blocked = Blocked("judge")
        if blocked is not None:
            self._on_blocked(blocked)
            raise TextRefused(blocked.topic)

    def refusal(self, chat: ChatRequest) -> str:
        """What is said instead of an answer, in the language of what was asked."""
        last = _last_said(chat)
        said = "" if last is None else chat.messages[last].text
        return refusal(self._rails.refusals, language_of(said))

    async def _refused(self, chat: ChatRequest, text: str) -> Blocked | None:
        blocked = asked(self._rails, text)
        if blocked is None and await self._judged(text, chat.model):
            return Blocked("judge")
        return blocked

    async def _judged(self, text: str, model: str) -> bool:
        topics = self._rails.refused_topics
        if not self._rails.judge or not topics:
            return False
        return await judged(self._llm, topics, text, model)

    def _kept(self, message: Message) -> Message:
        if asked(self._rails, message.text) is None:
            return message
        return replace(message, text=LEFT_OUT)


class Railed:
    """A language model whose questions are checked; it answers a refused one with the refusal."""

    def __init__(self, llm: Llm, guard: Guard) -> None:
        self._llm = llm
        self._guard = guard

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        admitted = await self._guard.admit(request)
        if isinstance(admitted, str):
            yield admitted
            return
        async with aclosing(self._llm.run(admitted)) as deltas:
            async for delta in deltas:
                yield delta


class RailedText:
    """The same for answers that are read: each clause is checked before it is shown."""

    def __init__(self, llm: Llm, guard: Guard) -> None:
        self._railed = Railed(llm, guard)
        self._guard = guard

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        rest: list[ToolCall | Tokens] = []
        pieces = _pieces(self._railed.run(request), rest)
        async with aclosing(self._guard.spoken(pieces, request, " ")) as texts:
            async for text in texts:
                yield text
        for item in rest:
            yield item


def _secret(chat: ChatRequest) -> str:
    """What the model was told and must not recite. What it looks like everybody can see."""
    told = [m.text for m in chat.messages if m.role == "system"]
    lines = [line for text in told for line in text.splitlines()]
    return "\n".join(line for line in lines if not line.startswith(APPEARANCE))


def _last_said(chat: ChatRequest) -> int | None:
    """Where the user's last words are, if nothing of the assistant follows them."""
    for index in range(len(chat.messages) - 1, -1, -1):
        role = chat.messages[index].role
        if role == "user":
            return index
        if role == "assistant":
            return None
    return None


async def _pieces(
    deltas: AsyncGenerator[ChatDelta, None], rest: list[ToolCall | Tokens]
) -> AsyncGenerator[str, None]:
    """The same text in whole clauses; what is no text is put aside."""
    held = ""
    async with aclosing(deltas):
        async for delta in deltas:
            if not isinstance(delta, str):
                rest.append(delta)
                continue
            held += delta
            while cut := find_cut(held, LATER, False):
                yield held[:cut]
                held = held[cut:]
    if held:
        yield held
