"""Frames of a bank that fit a sound and follow each other well: Viterbi with a bounded lag.

Least sum of |a_t - A[i_t]|^2 + w * J(i_{t-1}, i_t), where J is 0 if i_t follows i_{t-1} in the bank
and else the distance between the pose that would have followed and the pose taken. Of each moment
only the frames that sound most like it are looked at, and those that follow the ones of the moment
before. A frame is decided *lag* moments after it is heard, so that a live sound needs no end.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.stages.animate.timeline import Floats

Indices = NDArray[np.intp]
_AT_ONCE = 64
"""Moments whose distances are computed together."""


@dataclass(frozen=True, slots=True)
class Bank:
    """Moments of speech: what each sounded like, and what the face did."""

    features: Floats
    """frames x any; see features.py."""
    poses: Floats
    """frames x any; distances between them are what a jump costs."""
    follows: NDArray[np.bool_]
    """Whether frame i + 1 was spoken right after frame i; False for the last."""

    def next_poses(self) -> Floats:
        """The pose after each frame, or its own where nothing follows."""
        after = np.arange(len(self.poses)) + self.follows
        return self.poses[after]


@dataclass(frozen=True, slots=True)
class Search:
    """How the path is looked for."""

    width: int = 32
    """Frames looked at for each moment, besides the followers."""
    jump: float = 0.3
    """w: what a jump costs against a difference in sound."""
    jump_least: float = 0.02
    """Added to the distance of every jump: continuing is better than leaping to an equal."""
    lag: int = 3


def match(bank: Bank, heard: Floats, search: Search) -> Indices:
    """The bank's frame for each row of *heard*."""
    path, cost = _Path(search.lag), np.zeros(0)
    for distance, nearest in _nearest(bank, heard, search.width):
        before = path.last()
        likely = before[np.argsort(cost, kind="stable")[: search.width]]
        chosen = np.unique(np.concatenate([nearest, likely[bank.follows[likely]] + 1]))
        came_from = np.zeros(len(chosen), np.intp)
        if len(before):
            total = cost[:, None] + search.jump * _jumps(bank, before, chosen, search.jump_least)
            came_from = total.argmin(axis=0)
            cost = total[came_from, np.arange(len(chosen))] + distance[chosen]
        else:
            cost = distance[chosen]
        path.extend(chosen, came_from, cost)
    return path.finish()


def _nearest(bank: Bank, heard: Floats, width: int) -> Iterator[tuple[Floats, Indices]]:
    """For each row: the squared distance of every frame, and the *width* frames nearest."""
    own = np.square(bank.features).sum(axis=1)
    for rows in np.array_split(heard, max(1, len(heard) // _AT_ONCE)):
        distances = own - 2 * rows @ bank.features.T + np.square(rows).sum(axis=1)[:, None]
        if width < len(own):
            order = np.argpartition(distances, width - 1, axis=1)[:, :width]
        else:
            order = np.tile(np.arange(len(own)), (len(rows), 1))
        yield from zip(distances, order, strict=True)


def _jumps(bank: Bank, before: Indices, after: Indices, least: float) -> Floats:
    """before x after: J."""
    moved = bank.next_poses()[before][:, None] - bank.poses[after][None]
    cost = least + np.square(moved).sum(axis=2)
    continues = bank.follows[before][:, None] & (before[:, None] + 1 == after[None])
    return np.where(continues, 0.0, cost)


class _Path:
    """The last *lag* moments of the search; what is older is decided."""

    def __init__(self, lag: int) -> None:
        self._lag = lag
        self._chosen: list[Indices] = []
        self._from: list[Indices] = []
        self._decided: list[int] = []
        self._done = 0
        """How many of the moments kept are decided already: the last one is kept to go on from."""
        self._best = 0

    def last(self) -> Indices:
        return self._chosen[-1] if self._chosen else np.zeros(0, np.intp)

    def extend(self, chosen: Indices, came_from: Indices, cost: Floats) -> None:
        self._chosen.append(chosen)
        self._from.append(came_from)
        self._best = int(cost.argmin())
        if len(self._chosen) - self._done > self._lag:
            self._decided.append(self._traced()[self._done])
            self._done += 1
        if self._done and len(self._chosen) > 1:
            del self._chosen[0], self._from[0]
            self._done -= 1

    def finish(self) -> Indices:
        rest = self._traced()[self._done :] if self._chosen else []
        return np.array(self._decided + rest, np.intp)

    def _traced(self) -> list[int]:
        """Back from the best end over what is kept."""
        at, frames = self._best, list[int]()
        for chosen, came_from in zip(reversed(self._chosen), reversed(self._from), strict=True):
            frames.append(int(chosen[at]))
            at = int(came_from[at])
        return frames[::-1]
