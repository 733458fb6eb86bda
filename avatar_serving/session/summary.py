"""What a language model is told of a conversation's beginning once that has left its window."""

from collections.abc import Sequence

from avatar_serving.media import ChatRequest, Message

_TOKENS = 96
_ORDER = (
    "You keep notes of a conversation. Write what is worth remembering in at most 60 words: names, "
    "facts, wishes, promises, what was decided. Plain sentences, in the language of the "
    "conversation. Write nothing else."
)
_SPEAKER = {"user": "User", "assistant": "You"}


def summary_request(before: str, left: Sequence[Message]) -> ChatRequest:
    """Ask for a new summary: of the one *before*, if any, and of the messages *left* behind."""
    lines = [f"{_SPEAKER.get(message.role, 'Note')}: {message.text}" for message in left]
    notes = [f"Notes so far: {before}"] if before else []
    text = "\n".join([*notes, *lines])
    return ChatRequest(
        (Message("system", _ORDER), Message("user", text)), max_tokens=_TOKENS, temperature=0.2
    )


def summary_message(summary: str) -> Message:
    """What the language model is told in place of the turns that are summed up."""
    return Message("system", f"Notes of what was said before: {summary}")
