"""Who calls, and what they may do."""

from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["read", "talk", "create", "memories"]
"""See avatars and voices; hold sessions and use the models; make, change and delete avatars and
videos; see and change what is known of users."""
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever shows a key."""

    label: str
    """What is counted against the limits of a key is counted by this; empty: nothing is."""
    owner: str = ""
    """Whose avatars, videos and users they see; empty: everybody's."""
    scopes: frozenset[Scope] = frozenset(SCOPES)


ANYBODY = Caller("")
"""The caller of a service that asks for no keys."""
