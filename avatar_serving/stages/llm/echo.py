"""Says the user's last words back, word by word. Without weights; for tests."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Literal

from pydantic import Field

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import ChatRequest
from avatar_serving.stages.llm.base import LlmEngineConfig


class EchoConfig(LlmEngineConfig):
    engine: Literal["echo"] = "echo"
    word_s: float = Field(default=0.0, ge=0)
    """Time it takes to think of one word."""
    prefix: str = ""
    """Said before the user's words."""

    def model_id(self) -> str:
        return "echo"

    def build(self) -> "EchoLlm":
        return EchoLlm(self)


class EchoLlm:
    def __init__(self, config: EchoConfig) -> None:
        self._config = config

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[str, None]:
        said = [m.text for m in request.messages if m.role == "user"]
        if not said:
            raise InvalidRequest("nothing to answer: there is no user message")
        words = (self._config.prefix + said[-1]).split()[: request.max_tokens]
        for i, word in enumerate(words):
            await asyncio.sleep(self._config.word_s)
            yield word if i == 0 else " " + word
