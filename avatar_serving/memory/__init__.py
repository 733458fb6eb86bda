"""What an avatar remembers of a user who agreed to it: short facts, each of them the user's own."""

from avatar_serving.memory.facts import Fact, checked
from avatar_serving.memory.rules import facts_in

__all__ = ["Fact", "checked", "facts_in"]
