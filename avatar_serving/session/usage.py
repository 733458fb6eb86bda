"""What an answer has cost the language model."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from avatar_serving import metrics
from avatar_serving.media import ChatDelta, ChatRequest, Tokens
from avatar_serving.protocol import server as wire
from avatar_serving.stages.base import Llm


class Metered:
    """A language model that tells what it costs. One that is stopped half way has written about a
    token a piece, and never says how much it has read."""

    def __init__(self, llm: Llm, count: Callable[[Tokens], None]) -> None:
        self._llm = llm
        self._count = count

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        spent = Tokens(0, 0)
        try:
            async with aclosing(self._llm.run(request)) as deltas:
                async for delta in deltas:
                    if isinstance(delta, Tokens):
                        spent = delta
                        continue
                    spent = Tokens(0, spent.answer + 1)
                    yield delta
        finally:
            self._count(spent)


class Tally:
    """The cost of one answer, however many times its model was asked."""

    def __init__(self) -> None:
        self.prompt = self.cached = self.answer = 0
        self.complete = True

    def count(self, spent: Tokens) -> None:
        self.prompt += spent.prompt
        self.cached += spent.cached
        self.answer += spent.answer
        self.complete = self.complete and spent.complete
        metrics.tokens.labels("prompt").inc(spent.prompt - spent.cached)
        metrics.tokens.labels("cached").inc(spent.cached)
        metrics.tokens.labels("answer").inc(spent.answer)

    def usage(self) -> wire.Usage:
        return wire.Usage(
            total_tokens=self.prompt + self.answer,
            input_tokens=self.prompt,
            output_tokens=self.answer,
            input_token_details=wire.InputTokenDetails(
                text_tokens=self.prompt, cached_tokens=self.cached
            ),
            output_token_details=wire.TokenDetails(text_tokens=self.answer),
        )
