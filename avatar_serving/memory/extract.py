"""Sentences worth remembering, chosen by a language model from what the user said.

The model only points at lines: what is kept is the user's own sentence, word for word, so that a
weak model may overlook a fact and can never make one up.
"""

import re
from collections.abc import Sequence
from contextlib import aclosing

from pydantic import TypeAdapter, ValidationError

from avatar_serving.media import ChatRequest, Message
from avatar_serving.memory.facts import LONGEST_SLOT_CHARS, Fact, is_order, plain
from avatar_serving.stages.base import Llm

_SYSTEM = """\
Below are numbered lines that a user said. Which lines tell a lasting fact about the user's own \
life: family, friends, home, work, health, past, plans, habits? Leave out questions, requests, \
small talk and passing moods. Answer only with a JSON array of line numbers, for example [2, 5]. \
If none: []."""
_EXAMPLE = (
    Message(
        "user",
        "1. What time is it?\n2. My son Max goes to school by bike.\n3. I'm hungry.\n"
        "4. We spend every summer at my aunt's farm.\n5. 我每天晚上都去散步。",
    ),
    Message("assistant", "[2, 4, 5]"),
)
_MOST_LINES, _TOKENS = 24, 64
_SHORTEST_CHARS, _LONGEST_CHARS = 6, 140
_ARRAY = re.compile(r"\[[\d,\s]*\]")
_OWN = re.compile(r"\b(?:i|my|me|we|our|mine|i'm|i've)\b|我", re.IGNORECASE)
_ASKED = re.compile(r"[?？]\s*$|吗\s*$|呢\s*$")
_NUMBERS = TypeAdapter(list[int])


async def sentences_by(llm: Llm, said: Sequence[str]) -> tuple[Fact, ...]:
    """Which of the sentences in *said* are worth keeping.

    Raises:
        AvatarError: the model could not answer.
    """
    lines = [line for text in said for line in _candidates(text)][-_MOST_LINES:]
    if not lines:
        return ()
    numbered = "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))
    messages = (Message("system", _SYSTEM), *_EXAMPLE, Message("user", numbered))
    answer = ""
    async with aclosing(llm.run(ChatRequest(messages, max_tokens=_TOKENS, temperature=0.0))) as out:
        async for delta in out:
            answer += str(delta)
    return tuple(_fact(lines[number - 1]) for number in _chosen(answer, len(lines)))


def _candidates(text: str) -> list[str]:
    """The sentences of *text* in which somebody tells of themselves."""
    parts = re.findall(r"[^.!?。！？\n]+[.!?。！？]?", plain(text))
    return [
        line
        for line in map(str.strip, parts)
        if _SHORTEST_CHARS <= len(line) <= _LONGEST_CHARS
        and _OWN.search(line)
        and not _ASKED.search(line)
        and not is_order(line)
    ]


def _chosen(answer: str, count: int) -> list[int]:
    """The line numbers of an answer; nothing where it is not exactly an array of numbers."""
    array = _ARRAY.search(answer)
    try:
        numbers = _NUMBERS.validate_json(array.group()) if array else []
    except ValidationError:
        return []
    return sorted({number for number in numbers if 1 <= number <= count})


def _fact(line: str) -> Fact:
    slot = re.sub(r"[\W_]+", " ", line).casefold().strip()
    return Fact(f"said {slot}"[:LONGEST_SLOT_CHARS], line)
