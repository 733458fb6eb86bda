"""What outlives a session: avatars, API keys, client secrets."""

from avatar_serving.callers import ANYBODY, SCOPES, Caller, Scope
from avatar_serving.store.avatar_rows import AvatarRow, Character
from avatar_serving.store.store import Store

__all__ = ["ANYBODY", "SCOPES", "AvatarRow", "Caller", "Character", "Scope", "Store"]
