"""How words sound, as the acoustic models want it: one symbol for each input of the model."""

from collections.abc import Iterator
from dataclasses import dataclass

PAUSES = frozenset(';:,.!?—…"()“” ')
"""Symbols that are not sounds."""
STRESSES = frozenset("ˈˌ")
"""They belong to the sound after them."""
TRAILS = frozenset("ːʰʲ↓→↗↘̃")
"""Length, breath and tone: they belong to the sound before them."""

_BREATHS = frozenset(";:,.!?—…")


@dataclass(frozen=True, slots=True)
class Reading:
    """A word, with the punctuation and space after it."""

    text: str
    symbols: str


def portions(readings: list[Reading], longest: int) -> Iterator[list[Reading]]:
    """Runs of words of at most *longest* symbols, cut after punctuation where there is any."""
    run: list[Reading] = []
    for reading in _divided(readings, longest):
        if _length(run) + len(reading.symbols) > longest:
            cut = _last_breath(run) or len(run)
            yield run[:cut]
            run = run[cut:]
        run.append(reading)
    if run:
        yield run


def _divided(readings: list[Reading], longest: int) -> Iterator[Reading]:
    """Words longer than the model can take, in parts."""
    for reading in readings:
        for i in range(0, len(reading.symbols), longest):
            yield Reading("" if i else reading.text, reading.symbols[i : i + longest])


def _length(run: list[Reading]) -> int:
    return sum(len(reading.symbols) for reading in run)


def _last_breath(run: list[Reading]) -> int:
    """How many words go before the last pause of the second half; 0 without one."""
    for i in range(len(run) - 1, len(run) // 2, -1):
        if _BREATHS & set(run[i - 1].symbols):
            return i
    return 0
