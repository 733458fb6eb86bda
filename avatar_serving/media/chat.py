"""What language models are asked, and answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the client can do for a language model."""

    name: str
    description: str
    parameters: str
    """JSON schema of its arguments, as JSON text."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A language model wants a function done."""

    id: str
    """Names the call, so that its result can be told apart from others."""
    name: str
    arguments: str
    """A JSON object, as text."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an answer has cost, as its language model counted."""

    prompt: int
    answer: int
    cached: int = 0
    """Of *prompt*: read before and remembered."""
    complete: bool = True
    """False: it was cut at ``max_tokens``."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, in the roles of OpenAI's API."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ToolCall, ...] = ()
    """Functions that the assistant wanted done."""
    call_id: str = ""
    """Of the role tool: the call that *text* is the result of."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a language model is asked, with all that was said before."""

    messages: tuple[Message, ...]
    max_tokens: int = 160
    temperature: float = 0.7
    seed: int | None = None
    model: str = ""
    """Which of the profile's language models answers; empty: its default."""
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    """auto, none, required, or the name of the one that must be called."""
    schema: str = ""
    """JSON schema that the answer keeps to, as JSON text; empty: it is free."""
    choices: tuple[str, ...] = ()
    """The answer is one of these; empty: it is free."""
    adapter: str = ""
    """LoRA adapter that the model puts on; empty: none. Engines without adapters ignore it."""
    goes_on: bool = False
    """The last message is the beginning of the answer: what comes after it is asked for."""

    def behind(self, given: "Sequence[ChatDelta]") -> "ChatRequest | None":
        """The request for the rest of an answer of which *given* was written; None: it is whole, or
        has a form that a rest would not have."""
        if self.schema or self.choices or not all(isinstance(delta, str) for delta in given):
            return None
        begun = self.messages[-1].text if self.goes_on else ""
        told = self.messages[:-1] if self.goes_on else self.messages
        text = begun + "".join(str(delta) for delta in given)
        return replace(
            self,
            messages=(*told, Message("assistant", text)),
            max_tokens=max(1, self.max_tokens - len(given)),
            tool_choice="none",
            goes_on=True,
        )


ChatDelta = str | ToolCall | Tokens
"""What an answer is made of: text as it is written, whole calls, and at last what it has cost."""
