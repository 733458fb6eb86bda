"""Is this text allowed? Pure functions, quick enough for every clause."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from avatar_serving.rails.config import Rails
from avatar_serving.rails.folding import fold, readings
from avatar_serving.rails.injection import is_attempt

_RUN_WORDS = 12
"""So many words in a row, the same as in the instructions, are no accident. Who is asked about
themselves says shorter runs of them in good faith."""
_TOKEN = re.compile(r"[\u3400-\u9fff]|[a-z0-9']+")
_HAN_WORTH = 1.6
"""Chinese characters that say as much as one English word."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a text is not allowed."""

    rule: Literal["topic", "instructions", "leak", "judge"]
    """judge: a topic, said by a language model."""
    topic: str = ""


def asked(rails: Rails, text: str) -> Blocked | None:
    """Check what a user said, or what a tool, a memory or a picture brings in."""
    ways = tuple(readings(text))
    if rails.instructions and any(is_attempt(way) for way in ways):
        return Blocked("instructions")
    return _topic(rails, ways)


def answered(rails: Rails, text: str, prompt: str) -> Blocked | None:
    """Check what the model has said so far, against the topics and against its instructions."""
    if rails.instructions and recites(text, prompt):
        return Blocked("leak")
    return _topic(rails, (fold(text),))


def scripted(rails: Rails, text: str) -> Blocked | None:
    """Check what somebody wrote for an avatar to say. No model reads it, so that only the topics
    count."""
    return _topic(rails, tuple(readings(text)))


def recites(text: str, prompt: str) -> bool:
    """Whether *text* has a run of words in common with *prompt* that is no accident."""
    said, told = _tokens(text), _tokens(prompt)
    runs = {tuple(told[i : i + _RUN_WORDS]) for i in range(len(told) - _RUN_WORDS + 1)}
    for i in range(len(said) - _RUN_WORDS + 1):
        run = tuple(said[i : i + _RUN_WORDS])
        if run in runs and _worth(said, i, told):
            return True
    return False


def _worth(said: list[str], at: int, told: list[str]) -> bool:
    """Chinese is counted by character: there a run must be longer."""
    run = said[at : at + _RUN_WORDS]
    han = sum(len(t) == 1 and t > "\u3400" for t in run)
    if han < _RUN_WORDS // 2:
        return True
    longer = round(_RUN_WORDS * _HAN_WORTH)
    wanted = said[at : at + longer]
    return len(wanted) == longer and any(
        told[i : i + longer] == wanted for i in range(len(told) - longer + 1)
    )


def _topic(rails: Rails, ways: tuple[str, ...]) -> Blocked | None:
    for topic in rails.refused_topics:
        if any(_compiled(pattern).search(way) for pattern in topic.patterns for way in ways):
            return Blocked("topic", topic.name)
    return None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(fold(text))
