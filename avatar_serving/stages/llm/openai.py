"""Any language model behind an OpenAI-compatible URL."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import ClassVar, Literal

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import ChatDelta, ChatRequest
from avatar_serving.openai_server import OpenAiServer
from avatar_serving.stages.llm.base import LlmEngineConfig
from avatar_serving.stages.llm.chat_format import (
    Gathered,
    choice_param,
    format_param,
    message_param,
    told,
    tool_param,
)


class OpenAiConfig(OpenAiServer, LlmEngineConfig):
    remote: ClassVar[bool] = True

    engine: Literal["openai"] = "openai"

    def model_id(self) -> str:
        return self.model

    def build(self) -> "OpenAiLlm":
        return OpenAiLlm(self)


class OpenAiLlm:
    def __init__(self, config: OpenAiConfig) -> None:
        self._config = config
        self._client = config.client("llm")

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        if not request.messages:
            raise InvalidRequest("nothing to answer: there are no messages", "messages")
        with self._config.errors("llm"):
            async with aclosing(self._deltas(request)) as deltas:
                async for delta in deltas:
                    yield delta

    async def _deltas(self, request: ChatRequest) -> AsyncGenerator[ChatDelta, None]:
        from openai import omit

        stream = await self._client.chat.completions.create(
            model=self._config.model,
            messages=[message_param(message) for message in told(request)],
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=omit if request.seed is None else request.seed,
            tools=[tool_param(tool) for tool in request.tools] or omit,
            tool_choice=choice_param(request.tool_choice) if request.tools else omit,
            response_format=format_param(request) or omit,
            stream=True,
            stream_options={"include_usage": True},
        )
        gathered = Gathered()
        async with stream:
            async for chunk in stream:
                if delta := gathered.push(chunk):
                    yield delta
        for call in gathered.calls():
            yield call
        yield gathered.tokens()
