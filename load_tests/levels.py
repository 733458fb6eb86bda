"""Looking for the most sessions that still go well. Pure: told what held, says what to try next."""

from collections.abc import Mapping

_FINE = 0.1
"""The break point is known when it lies within this part of what held."""


def next_level(held: Mapping[int, bool], first: int, most: int) -> int | None:
    """How many sessions to try next; None: nothing more to learn.

    *held* says of each number tried whether goodput was as wanted. Doubles until it breaks, then
    halves the distance.
    """
    good = best(held)
    bad = min((n for n, ok in held.items() if not ok), default=None)
    if bad is None:
        return None if good >= most else min(most, good * 2) if good else first
    gap = bad - good
    if gap <= max(1, round(good * _FINE)):
        return None
    return good + gap // 2


def best(held: Mapping[int, bool]) -> int:
    """Most sessions that went well, with nothing less that did not; 0: none."""
    bad = min((n for n, ok in held.items() if not ok), default=None)
    return max((n for n, ok in held.items() if ok and (bad is None or n < bad)), default=0)
