"""Attempts to have an avatar repeat its instructions, or follow others.

The patterns of injection.yaml know the ways that people commonly try, and nothing of what they have
not seen: the answer is checked as well, and docs/models.md says how many get by.
"""

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).with_name("injection.yaml")


class _Patterns(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    parts: dict[str, str]
    english: tuple[str, ...]
    chinese: tuple[str, ...]


def is_attempt(reading: str) -> bool:
    """Whether one folded reading of a text tries to get at the instructions."""
    return any(pattern.search(reading) for pattern in _compiled())


@cache
def _compiled() -> tuple[re.Pattern[str], ...]:
    given = _Patterns.model_validate(yaml.safe_load(_FILE.read_text()))

    def whole(pattern: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"%(\w+)%", lambda part: given.parts[part[1]], pattern))

    return tuple(whole(pattern) for pattern in (*given.english, *given.chinese))
