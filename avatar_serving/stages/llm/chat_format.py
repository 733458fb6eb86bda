"""Chats in the format of OpenAI's chat completions, and their streams read back."""

import json
from typing import TYPE_CHECKING

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import ChatRequest, Message, Tokens, Tool, ToolCall

if TYPE_CHECKING:
    from openai.types.chat import (
        ChatCompletionChunk,
        ChatCompletionFunctionToolParam,
        ChatCompletionMessageFunctionToolCallParam,
        ChatCompletionMessageParam,
        ChatCompletionToolChoiceOptionParam,
    )
    from openai.types.shared_params import ResponseFormatJSONSchema


_LAST_CHARS = 200
_GO_ON = (
    "Your answer was cut off behind these words: {said!r}. Go on with the word that comes next. "
    "Repeat nothing, and do not mention that you were cut off."
)


def told(request: ChatRequest) -> tuple[Message, ...]:
    """The messages of *request*. The API knows no way to begin an answer: it is asked in words."""
    if not request.goes_on:
        return request.messages
    said = request.messages[-1].text[-_LAST_CHARS:]
    return (*request.messages, Message("system", _GO_ON.format(said=said)))


def message_param(message: Message) -> "ChatCompletionMessageParam":
    """As OpenAI's API has it."""
    match message.role:
        case "system":
            return {"role": "system", "content": message.text}
        case "user":
            return {"role": "user", "content": message.text}
        case "tool":
            return {"role": "tool", "content": message.text, "tool_call_id": message.call_id}
        case "assistant" if message.calls:
            calls = [_call_param(call) for call in message.calls]
            return {"role": "assistant", "content": message.text or None, "tool_calls": calls}
        case "assistant":
            return {"role": "assistant", "content": message.text}


def tool_param(tool: Tool) -> "ChatCompletionFunctionToolParam":
    """As OpenAI's API has it."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": json.loads(tool.parameters or "{}"),
        },
    }


def choice_param(choice: str) -> "ChatCompletionToolChoiceOptionParam":
    """As OpenAI's API has it; *choice* is that of a `ChatRequest`."""
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def format_param(request: ChatRequest) -> "ResponseFormatJSONSchema | None":
    """What the answer is held to.

    Raises:
        InvalidRequest: to one of some words, which the API knows no way to ask for.
    """
    if request.choices:
        raise InvalidRequest("an OpenAI-compatible model cannot be held to choices", "choices")
    if not request.schema:
        return None
    shape = json.loads(request.schema)
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": shape}}


class Gathered:
    """The chunks of one answer: text is passed on, calls and the cost are put together."""

    def __init__(self) -> None:
        self._parts: dict[int, tuple[str, str, str]] = {}
        """Of each call: id, name, arguments so far."""
        self._prompt = self._cached = 0
        self._answer: int | None = None
        self._chunks = 0
        self._complete = True

    def push(self, chunk: "ChatCompletionChunk") -> str:
        """The text in *chunk*."""
        if chunk.usage is not None:
            details = chunk.usage.prompt_tokens_details
            self._prompt, self._answer = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
            self._cached = (details.cached_tokens or 0) if details else 0
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self._complete = self._complete and choice.finish_reason != "length"
        for part in choice.delta.tool_calls or ():
            call_id, name, arguments = self._parts.get(part.index, ("", "", ""))
            told = part.function
            name += (told.name or "") if told else ""
            arguments += (told.arguments or "") if told else ""
            self._parts[part.index] = (call_id or part.id or "", name, arguments)
        text = choice.delta.content or ""
        self._chunks += bool(text)
        return text

    def calls(self) -> list[ToolCall]:
        return [
            ToolCall(call_id or f"call_{index}", name, arguments or "{}")
            for index, (call_id, name, arguments) in sorted(self._parts.items())
        ]

    def tokens(self) -> Tokens:
        """As the server counted; one that does not count writes about a token a chunk."""
        answer = self._chunks if self._answer is None else self._answer
        return Tokens(self._prompt, answer, self._cached, self._complete)


def _call_param(call: ToolCall) -> "ChatCompletionMessageFunctionToolCallParam":
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }
