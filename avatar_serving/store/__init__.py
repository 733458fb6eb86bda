"""What outlives a session: avatars, API keys, client secrets."""

from avatar_serving.store.store import AvatarRow, Store

__all__ = ["AvatarRow", "Store"]
