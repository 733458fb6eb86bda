"""The pictures of a path through a film: leaps are bridged by optical flow, rates changed by it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from avatar_serving.between import Between, Picture, between
from avatar_serving.footage.bank import FilmBank
from avatar_serving.footage.path import leaps
from avatar_serving.stages.animate.matching import Indices

_HALF_S = 0.1
"""A leap is bridged from so long before it to so long after it, less where leaps are dense."""
_EXACT = 1e-3
"""Share of the way to the next frame up to which a moment is shown by the frame itself."""


class Pictures(Protocol):
    def __getitem__(self, number: int, /) -> Picture: ...


@dataclass(frozen=True, slots=True)
class Mix:
    """What is seen at one moment: rows of the bank, and how far from one to the other."""

    first: int
    second: int
    progress: float
    """0: the first alone."""


def bridged(film: FilmBank, path: Indices) -> list[Mix]:
    """One for each moment of *path*. Around a leap both ways go on and are mixed, so that head and
    lips glide from one to the other; between takes there is a cut."""
    mixes = [Mix(row, row, 0.0) for row in path.tolist()]
    moments = leaps(film.bank, path).tolist()
    bounds = [-len(path), *moments, 2 * len(path)]
    for before, at, after in zip(bounds, moments, bounds[2:], strict=False):
        from_row, to_row = int(path[at - 1]), int(path[at])
        if film.takes[from_row] != film.takes[to_row]:
            continue
        half = min(round(_HALF_S * film.fps), (at - before) // 2, (after - at) // 2)
        for moment in range(max(0, at - half), min(len(path), at + half)):
            first = path[moment] if moment < at else film.later(from_row, moment - at + 1)
            second = path[moment] if moment >= at else film.earlier(to_row, at - moment)
            share = (moment - (at - half) + 1) / (2 * half + 1)
            mixes[moment] = Mix(int(first), int(second), share * share * (3 - 2 * share))
    return mixes


def played(
    film: FilmBank, shelf: Pictures, mixes: Sequence[Mix], fps: int, between: Between = between
) -> Iterator[Picture]:
    """The pictures at *fps* frames a second, as long as *mixes* last at the film's rate."""

    @lru_cache(maxsize=2)
    def shown(moment: int) -> Picture:
        mix = mixes[moment]
        first = shelf[int(film.frames[mix.first])]
        if mix.progress == 0.0 or mix.first == mix.second:
            return first
        return between(first, shelf[int(film.frames[mix.second])], mix.progress)

    for number in range(round(len(mixes) * fps / film.fps)):
        at = number * film.fps / fps
        moment = min(int(at + _EXACT), len(mixes) - 1)
        past = at - moment
        if past <= _EXACT or moment + 1 == len(mixes) or _cut(film, mixes, moment):
            yield shown(moment)
        else:
            yield between(shown(moment), shown(moment + 1), float(np.clip(past, 0.0, 1.0)))


def _cut(film: FilmBank, mixes: Sequence[Mix], moment: int) -> bool:
    return bool(film.takes[mixes[moment].second] != film.takes[mixes[moment + 1].first])
