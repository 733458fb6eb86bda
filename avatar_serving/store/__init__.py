"""What outlives a session: avatars, API keys, client secrets."""

from avatar_serving.store.store import AvatarRow, Character, Store

__all__ = ["AvatarRow", "Character", "Store"]
