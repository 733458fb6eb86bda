"""Function calling for a model that only writes text: told of in words, kept to by a grammar.

The prompt is that of the Hermes convention, which most small models have seen. The grammar lets the
model begin either a sentence or one call, and then only that: what it writes can always be read.
"""

import json
import secrets
from typing import Any

from avatar_serving.errors import StageFailed
from avatar_serving.media import ChatRequest, Message, Tool, ToolCall

TEMPERATURE = 0.2
"""Small models choose the right function only when they do not roam."""

_INTRO = (
    "# Tools\n\nYou may call one of these functions when the user's request needs it:\n<tools>\n"
)
_RULE = (
    "\n</tools>\n\nTo call a function, write only a json object with its name and arguments:\n"
    '{"name": <function-name>, "arguments": <args-json-object>}\n'
    "When you have the result, tell it to the user in words."
)
_JSON = r"""
text ::= [^{}<`\[\x00-\x20] [^{}<`]*
object ::= "{" ws (pair ("," ws pair)*)? "}"
pair ::= string ":" ws value
value ::= object | array | string | number | "true" | "false" | "null"
array ::= "[" ws (value ("," ws value)*)? "]"
string ::= "\"" ([^"\\\x00-\x1f] | "\\" ["\\bfnrt/])* "\""
number ::= "-"? [0-9]+ ("." [0-9]+)?
ws ::= " "?
"""
_CALL = '{"name": "'


def prompted(request: ChatRequest) -> tuple[Message, ...]:
    """The messages of *request* with its tools, calls and results put into words."""
    told = "\n".join(_described(tool) for tool in request.tools)
    tools = f"{_INTRO}{told}{_RULE}" if told else ""
    messages = [_in_words(message) for message in request.messages]
    if not tools:
        return tuple(messages)
    if messages and messages[0].role == "system":
        return (Message("system", f"{messages[0].text}\n\n{tools}"), *messages[1:])
    return (Message("system", tools), *messages)


def grammar(request: ChatRequest) -> str | None:
    """What the answer must look like, in llama.cpp's GBNF; None: anything.

    After a result it must be a sentence, unless a call is required: a small model would ask again.
    A form that the answer must have leaves no room for calls.
    """
    if request.choices:
        return f"root ::= {' | '.join(json.dumps(c, ensure_ascii=False) for c in request.choices)}"
    if request.schema:
        return None
    if not request.tools or request.tool_choice == "none":
        return None
    named = [t.name for t in request.tools if request.tool_choice in ("auto", "required", t.name)]
    names = " | ".join(json.dumps(name) for name in named)
    call = f'call ::= "{{\\"name\\": \\"" ({names}) "\\", \\"arguments\\": " object "}}"'
    if request.tool_choice != "auto":
        root = "call"
    else:
        root = "text" if request.messages[-1].role == "tool" else "call | text"
    return f"root ::= {root}\n{call}\n{_JSON}"


class CallReader:
    """Tells text from a call, as the pieces of an answer arrive."""

    def __init__(self, *, calling: bool) -> None:
        self._calling = calling
        self._held = ""

    def push(self, piece: str) -> str:
        """What of it may be said now; what may be the beginning of a call is held back."""
        if not self._calling:
            return piece
        self._held += piece
        start = self._held.lstrip()
        if start.startswith(_CALL) or _CALL.startswith(start):
            return ""
        self._calling = False
        return self._held

    def finish(self) -> ToolCall | None:
        """Raises:
        StageFailed: the call broke off.
        """
        if not self._calling or not self._held.strip():
            return None
        try:
            call: Any = json.loads(self._held)
            arguments = json.dumps(call["arguments"], ensure_ascii=False)
        except (ValueError, KeyError) as error:
            raise StageFailed("llm", "the function call that it wrote broke off") from error
        return ToolCall(f"call_{secrets.token_hex(8)}", call["name"], arguments)


def _described(tool: Tool) -> str:
    shape = json.loads(tool.parameters or "{}")
    told = {"name": tool.name, "description": tool.description, "parameters": shape}
    return json.dumps(told, ensure_ascii=False)


def _in_words(message: Message) -> Message:
    if message.role == "tool":
        return Message("user", f"<tool_response>\n{message.text}\n</tool_response>")
    if not message.calls:
        return message
    calls = [f'{_CALL}{call.name}", "arguments": {call.arguments}}}' for call in message.calls]
    return Message("assistant", "\n".join(filter(None, [message.text, *calls])))
