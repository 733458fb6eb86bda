"""OpenAI's chat completions as our chats, and our answers as theirs."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import ChatRequest, Message, Tokens, Tool, ToolCall

_LONGEST = 4096


class _Body(BaseModel):
    """Fields we do not know are ignored: clients send many."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class TextPart(_Body):
    type: Literal["text"]
    text: str


class Function(_Body):
    name: str
    arguments: str = "{}"


class Call(_Body):
    id: str
    type: Literal["function"] = "function"
    function: Function


class ChatMessage(_Body):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None
    tool_calls: list[Call] = []
    tool_call_id: str = ""

    def message(self) -> Message:
        parts = self.content or ""
        text = parts if isinstance(parts, str) else "\n".join(part.text for part in parts)
        role = "system" if self.role == "developer" else self.role
        calls = tuple(
            ToolCall(c.id, c.function.name, c.function.arguments) for c in self.tool_calls
        )
        return Message(role, text, calls, self.tool_call_id)


class FunctionBody(_Body):
    name: str
    description: str = ""
    parameters: dict[str, JsonValue] = {}


class ToolBody(_Body):
    type: Literal["function"]
    function: FunctionBody


class NamedTool(_Body):
    type: Literal["function"]
    function: Function


class StreamOptions(_Body):
    include_usage: bool = False


class Shape(_Body):
    form: dict[str, JsonValue] = Field(alias="schema")


class ResponseFormat(_Body):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: Shape | None = None

    def schema_text(self) -> str:
        """The JSON schema of an answer; empty: it is free.

        Raises:
            InvalidRequest: a schema is announced and absent.
        """
        if self.type == "text":
            return ""
        if self.type == "json_object":
            return '{"type": "object"}'
        if self.json_schema is None:
            raise InvalidRequest("response_format: json_schema is missing", "response_format")
        return json.dumps(self.json_schema.form, ensure_ascii=False)


class ChatBody(_Body):
    """OpenAI's ``/v1/chat/completions``."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    model: str = "default"
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    max_tokens: int | None = Field(default=None, ge=1, le=_LONGEST)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=_LONGEST)
    temperature: float | None = Field(default=None, ge=0, le=2)
    seed: int | None = None
    n: Literal[1] | None = None
    tools: list[ToolBody] = []
    tool_choice: Literal["auto", "none", "required"] | NamedTool = "auto"
    response_format: ResponseFormat = ResponseFormat()

    def chat(self, model: str, most_tokens: int) -> ChatRequest:
        """*most_tokens*: the length of an answer, unless the body says another.

        Raises:
            InvalidRequest: the tool that must be called is not among the tools, or the form of the
                answer is missing.
        """
        choice = self.tool_choice
        named = choice.function.name if isinstance(choice, NamedTool) else choice
        tools = tuple(_tool(tool.function) for tool in self.tools)
        if isinstance(choice, NamedTool) and named not in {tool.name for tool in tools}:
            raise InvalidRequest(f"tool_choice: there is no tool {named!r}", "tool_choice")
        return ChatRequest(
            tuple(message.message() for message in self.messages),
            max_tokens=self.max_completion_tokens or self.max_tokens or most_tokens,
            temperature=0.7 if self.temperature is None else self.temperature,
            seed=self.seed,
            model=model,
            tools=tools,
            tool_choice=named,
            schema=self.response_format.schema_text(),
        )


def finish_reason(calls: Sequence[ToolCall], cost: Tokens) -> str:
    if calls:
        return "tool_calls"
    return "stop" if cost.complete else "length"


def usage_body(cost: Tokens) -> dict[str, Any]:
    return {
        "prompt_tokens": cost.prompt,
        "completion_tokens": cost.answer,
        "total_tokens": cost.prompt + cost.answer,
        "prompt_tokens_details": {"cached_tokens": cost.cached},
    }


def call_body(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _tool(tool: FunctionBody) -> Tool:
    return Tool(tool.name, tool.description, json.dumps(tool.parameters, ensure_ascii=False))
