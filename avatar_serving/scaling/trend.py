"""How a load grows, and what it will be when a replica asked for now is there."""

import math
from dataclasses import dataclass

_CHANCE = 2.0
"""Standard deviations that people who come and go by themselves make (the root of their number)."""
_STEPS = 8
"""Parts of the lead after which a new sample is taken."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Two samples of a load: the older is compared with, the newer takes its place in time."""

    load: float = 0.0
    at_s: float = -math.inf
    next_load: float = 0.0
    next_s: float = -math.inf

    def follow(self, load: float, now_s: float, lead_s: float) -> "Trend":
        if now_s - self.next_s < lead_s / _STEPS:
            return self
        return Trend(self.next_load, self.next_s, load, now_s)

    def growth(self, load: float, now_s: float, lead_s: float) -> float:
        """What is added to *load* within *lead_s* if it goes on as it did; nothing while that is no
        more than chance."""
        grown = load - self.load
        if not math.isfinite(self.at_s) or grown <= _CHANCE * math.sqrt(max(load, 1.0)):
            return 0.0
        return grown / (now_s - self.at_s) * lead_s
