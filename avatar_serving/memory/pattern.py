"""One way in which people tell something of themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """Groups of *expression* fill the places in *slot* and *text*."""

    expression: re.Pattern[str]
    slot: str
    text: str
    never: re.Pattern[str] | None = None
    """No fact, where a group is this."""

    def excludes(self, values: Mapping[str, str]) -> bool:
        return self.never is not None and any(self.never.fullmatch(v) for v in values.values())


def pattern(expression: str, slot: str, text: str, never: str | None = None) -> Pattern:
    """Expressions are written without regard to case."""
    return Pattern(
        re.compile(expression, re.IGNORECASE),
        slot,
        text,
        re.compile(never, re.IGNORECASE) if never else None,
    )
