"""Guard rails: what an avatar does not talk about, and what it says instead."""

from avatar_serving.rails.checks import Blocked, answered, asked, scripted
from avatar_serving.rails.config import Rails, Topic, listed_topics
from avatar_serving.rails.guard import Guard, Railed, RailedText

__all__ = [
    "Blocked",
    "Guard",
    "Railed",
    "RailedText",
    "Rails",
    "Topic",
    "answered",
    "asked",
    "listed_topics",
    "scripted",
]
