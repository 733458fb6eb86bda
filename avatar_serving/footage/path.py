"""Which frame of a film is shown at each moment of a new sound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.footage.bank import FilmBank
from avatar_serving.footage.index import Known, Said
from avatar_serving.stages.animate.matching import Bank, Indices, Search, match
from avatar_serving.stages.animate.quiet import runs, track

SEARCH = Search(width=48, jump=0.6, jump_least=0.15, lag=12)
"""A film need not answer at once: it knows .4 s before it decides, and leaps less readily than the
bank of a rig, for whole pictures show it."""
_PAUSE_S = 0.3
"""A pause that lasts longer is filled with frames in which nothing is said."""
_STAY_S = 0.1
"""Least time between two leaps."""
_TURN_COST = 0.2
"""Of each time that a rest is gone through, against the leaps into it and out of it."""


def path_of(known: Known, said: Said) -> Indices:
    """A row of the bank for each 1 / fps s of what is *said*."""
    film = known.film
    times = np.arange(max(1, round(said.seconds * film.fps))) / film.fps
    path = match(film.bank, known.index.wanted(said, times), SEARCH)
    for first, past in runs(track(said.sound, said.seconds).paused_at(times)):
        if past - first >= _PAUSE_S * film.fps:
            path[first:past] = _rest(film, path, first, past)
    return steadied(film, path)


def steadied(film: FilmBank, path: Indices) -> Indices:
    """*path* without stays so short that a head would twitch there and back: what is before goes
    on for half of one, and what is after begins as much earlier."""
    path = path.copy()
    ends = [*leaps(film.bank, path).tolist(), len(path)]
    for first, past in zip(ends, ends[1:], strict=False):
        if past - first < _STAY_S * film.fps and past < len(path):
            middle = (first + past) // 2
            before, after = int(path[first - 1]), int(path[past])
            path[first:middle] = [film.later(before, n + 1) for n in range(middle - first)]
            path[middle:past] = [film.earlier(after, past - n) for n in range(middle, past)]
    return path


def leaps(bank: Bank, path: Indices) -> NDArray[np.intp]:
    """Moments whose row neither follows that of the moment before, nor comes before it (a rest is
    gone through both ways), nor is the same."""
    before, after = path[:-1], path[1:]
    on = (after == before + 1) & bank.follows[before]
    back = (after == before - 1) & bank.follows[after]
    return np.flatnonzero(~(on | back | (after == before))) + 1


@dataclass(frozen=True, slots=True)
class _Way:
    rows: Indices
    cost: float


def _rest(film: FilmBank, path: Indices, first: int, past: int) -> Indices:
    """Rows for the moments *first* to *past* of a pause: through a rest, to and fro, the way that
    leaps least."""
    ways = [
        _way(film, path, first, past, _to_and_fro(low, high, start, past - first))
        for low, high in film.rests
        for start in range(2 * max(1, high - low - 1))
    ]
    return min(ways, key=lambda way: way.cost).rows


def _to_and_fro(low: int, high: int, start: int, count: int) -> Indices:
    """Rows *low* to *high* - 1 and back, from the *start*-th step of that round on."""
    most = max(1, high - low - 1)
    step = (start + np.arange(count)) % (2 * most)
    return np.minimum(low + most - np.abs(step - most), high - 1).astype(np.intp)


def _way(film: FilmBank, path: Indices, first: int, past: int, rows: Indices) -> _Way:
    poses, after = film.bank.poses, film.bank.next_poses()
    span = int(rows.max() - rows.min()) + 1
    cost = _TURN_COST * len(rows) / span + float(film.opening[rows].mean())
    if first:
        cost += float(np.square(after[path[first - 1]] - poses[rows[0]]).sum())
    if past < len(path):
        cost += float(np.square(poses[rows[-1]] - poses[path[past]]).sum())
    return _Way(rows, cost)
