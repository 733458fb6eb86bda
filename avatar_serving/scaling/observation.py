"""What a policy knows of a deployment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Observation:
    asked: int
    """Replicas that were asked for; some may still be starting."""
    running: int
    """Replicas that take requests."""
    load: float
    """Sessions held, or requests in work and waiting."""
    wait_s: float = 0.0
    """How long the last of those that wait will wait for a free replica."""
    late: float = 0.0
    """Share of streams that missed their deadline, 0..1."""


def expected_wait_s(waiting: float, busy_s: float, places: float) -> float:
    """The wait of the last in a queue of *waiting* requests before *places* that are all taken,
    each for *busy_s* a request: the work before it, divided by those who do it."""
    if waiting <= 0 or busy_s <= 0:
        return 0.0
    return waiting * busy_s / places if places > 0 else float("inf")
