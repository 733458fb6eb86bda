"""Who comes when, and how long they stay. Seeded: the same seed, the same people."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Arrival:
    at_s: float
    hold_s: float
    """How long a place is taken."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    about: str
    length_s: float
    rate: Callable[[float], float]
    """People a second, by the time in seconds."""
    highest_rate: float
    mean_hold_s: float
    patience_s: float
    """Who has no place by then is refused."""

    def arrivals(self, seed: int) -> list[Arrival]:
        """A Poisson process of changing rate, by thinning; holds are log-normal."""
        random = np.random.default_rng(seed)
        spread = 0.6
        middle = math.log(self.mean_hold_s) - spread**2 / 2
        at_s, found = 0.0, list[Arrival]()
        while True:
            at_s += random.exponential(1 / self.highest_rate)
            if at_s >= self.length_s:
                return found
            if random.random() * self.highest_rate < self.rate(at_s):
                found.append(Arrival(at_s, float(random.lognormal(middle, spread))))


def day(peak: float) -> Callable[[float], float]:
    """A rate that is lowest at night, has a hump at noon and is highest in the evening."""

    def rate(at_s: float) -> float:
        hour = at_s / HOUR_S % 24
        noon = 0.55 * math.exp(-(((hour - 12.5) / 2.5) ** 2))
        evening = math.exp(-(((hour - 20.0) / 2.2) ** 2))
        return peak * (0.06 + 0.94 * min(1.0, noon + evening))

    return rate


def crowd(calm: float, times: float, from_s: float, until_s: float) -> Callable[[float], float]:
    """A calm rate that within a minute becomes so many times as large, and goes as quickly."""

    def rate(at_s: float) -> float:
        rise = min(1.0, max(0.0, (at_s - from_s) / 60))
        fall = min(1.0, max(0.0, (until_s - at_s) / 60))
        return calm * (1 + (times - 1) * min(rise, fall))

    return rate


def scenarios(scale: float = 1.0) -> tuple[Scenario, ...]:
    """*scale* shortens them, for tests."""
    day_s, hours_s = 24 * HOUR_S * scale, 3 * HOUR_S * scale
    return (
        Scenario(
            "day", "a day of conversations, 5 min each, about 200 at once in the evening",
            day_s, day(0.66), 0.66, 300, 20,
        ),
        Scenario(
            "flash crowd", "40 at once, then eight times as many people for 40 min",
            hours_s, crowd(40 / 300, 8, hours_s / 3, hours_s / 3 + 2400 * scale),
            8 * 40 / 300, 300, 20,
        ),
        Scenario(
            "creations", "a day of avatars made from photos, 12 s of a GPU each",
            day_s, day(0.5), 0.5, 12, 60,
        ),
    )  # fmt: skip
