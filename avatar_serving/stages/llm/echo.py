"""Says the user's last words back, word by word. Without weights; for tests."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Literal

from pydantic import Field

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import ChatDelta, ChatRequest, Message, Tokens, Tool, ToolCall
from avatar_serving.stages.llm.base import LlmEngineConfig

_GREETING = "Hello."
"""Said when the avatar is to begin."""


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
    """Calls a tool whose name the user says, with ``{"said": ...}``; says its result back."""

    def __init__(self, config: EchoConfig) -> None:
        self._config = config

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        if not request.messages:
            raise InvalidRequest("nothing to answer: there are no messages", "messages")
        said = [m for m in request.messages if m.role in ("user", "tool")]
        said = said or [Message("user", _GREETING)]
        read = sum(len(message.text.split()) for message in request.messages)
        if (tool := _wanted(request, said[-1])) is not None:
            await asyncio.sleep(self._config.word_s)
            arguments = json.dumps({"said": said[-1].text}, ensure_ascii=False)
            yield ToolCall(f"call_{len(request.messages)}", tool.name, arguments)
            yield Tokens(read, 1)
            return
        words = (self._config.prefix + said[-1].text).split()
        if request.goes_on:
            words = words[len(request.messages[-1].text.split()) :]
        for i, word in enumerate(words[: request.max_tokens]):
            await asyncio.sleep(self._config.word_s)
            yield word if i == 0 and not request.goes_on else " " + word
        written = min(len(words), request.max_tokens)
        yield Tokens(read, written, complete=written == len(words))


def _wanted(request: ChatRequest, last: Message) -> Tool | None:
    """The tool that must be called, or that a user's *last* words name."""
    named = [tool for tool in request.tools if tool.name == request.tool_choice]
    if named or request.tool_choice == "required":
        return (named or list(request.tools) or [None])[0]
    if last.role != "user" or request.tool_choice == "none":
        return None
    words = last.text.split()
    return next((tool for tool in request.tools if tool.name in words), None)
