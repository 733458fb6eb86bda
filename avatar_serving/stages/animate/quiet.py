"""Where a stretch of sound is silent: nobody's mouth stays open through a pause."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from avatar_serving.stages.animate.segments import Segment
from avatar_serving.stages.animate.sound import Sound, loudness
from avatar_serving.stages.animate.timeline import Floats

STEP_S = 0.01
_LOUD = 0.12
"""Loudness (0..1 of the range heard) from which there is sound to be articulated."""
_PAUSE_STEPS = 10
"""A pause lasts longer than the silence before a stop (p, t, k) is let go."""
_LEAST_S = 0.05
"""What is left of a segment that begins in a pause."""


@dataclass(frozen=True, slots=True)
class Track:
    """Level and silence on a grid of 10 ms."""

    level_db: Floats
    loud: NDArray[np.bool_]
    pause: NDArray[np.bool_]
    """Silence of at least 0.1 s."""

    def step(self, at_s: float) -> int:
        """Index of the grid's step that begins nearest to *at_s*."""
        return int(np.clip(round(at_s / STEP_S), 0, len(self.loud)))

    def paused_at(self, times_s: Floats) -> NDArray[np.bool_]:
        """Whether each of *times_s* is within a pause; what is past the end counts as the end."""
        steps = np.minimum((times_s / STEP_S).astype(int), len(self.pause) - 1)
        return self.pause[steps]

    def mean_db(self, begin_s: float, end_s: float) -> float:
        """Over a time that may be shorter than a step."""
        first = min(self.step(begin_s), len(self.loud) - 1)
        return float(self.level_db[first : max(self.step(end_s), first + 1)].mean())

    def within(self, voiced: NDArray[np.bool_]) -> "Track":
        """Silent, too, where nobody is *voiced*; one for each step."""
        loud = self.loud & voiced
        return Track(self.level_db, loud, _lasting(~loud))

    def until_pause(self, begin_s: float, end_s: float) -> float:
        """*end_s*, or where a pause begins before it; never less than 50 ms after *begin_s*."""
        first, past = self.step(begin_s + _LEAST_S), self.step(end_s)
        silent = np.flatnonzero(self.pause[first:past])
        return min(end_s, (first + int(silent[0])) * STEP_S) if len(silent) else end_s


def track(sound: Sound, seconds: float) -> Track:
    """The first *seconds* of *sound*."""
    times = np.arange(0.0, seconds, STEP_S) + STEP_S / 2
    level = sound.level_db(times)
    loud = loudness(level) > _LOUD
    return Track(level, loud, _lasting(~loud))


def runs(true: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Of steps that are *true*: the first of each run, and the one past it."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(np.int8)))
    return [(first, past) for first, past in edges.reshape(-1, 2).tolist()]


def _lasting(quiet: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True within runs of at least _PAUSE_STEPS."""
    lasting = np.zeros_like(quiet)
    for first, past in runs(quiet):
        if past - first >= _PAUSE_STEPS:
            lasting[first:past] = True
    return lasting


def hushed(found: tuple[Segment, ...], heard: Track) -> tuple[Segment, ...]:
    """Segments cut short where the sound pauses: speech engines time a pause as part of a sound."""
    cut = [replace(s, end_s=heard.until_pause(s.start_s, s.end_s)) for s in found]
    return tuple(s for s in cut if s.end_s > s.start_s)
