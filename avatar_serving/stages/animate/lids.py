"""Blinks: how often, how long, and what makes them come.

At rest people blink 17 times a minute, in conversation more and in concentration less (A.
Bentivoglio et al., Movement Disorders 12, 1997). The time between blinks is log-normal: mostly
short, sometimes long (A. Lenskiy, R. Paprocki, Journal of Eye Movement Research 9, 2016). Lids
close about twice as fast as they open (L. Trutoiu et al., ACM Trans. Applied Perception 8, 2011),
and a large turn of the eyes often brings a blink with it (C. Evinger et al., Experimental Brain
Research 100, 1994).
"""

import numpy as np

from avatar_serving.stages.animate.chance import Chance, moments
from avatar_serving.stages.animate.gaze import Jump
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, smooth

_CLOSE_S, _OPEN_S = 0.09, 0.19
"""More than half shut for 140 ms; in a filmed conversation 168 (docs/animation.md)."""
_LEAST_S = 0.9
"""Two blinks are at least this far apart."""
_LARGE_DEG, _WITH_LARGE = 9.0, 0.3
"""Share of saccades from this size on that bring a blink."""
_SEAM_S = 0.4


def blinks(per_min: float, chance: Chance, jumps: list[Jump], line: Timeline) -> list[float]:
    """Times at which the lids are shut, in seconds, on frames."""
    times = moments(chance, "blink", line, 60 / per_min, _LEAST_S, _SEAM_S).tolist()
    large = [jump for jump in jumps if jump.degrees >= _LARGE_DEG]
    draws = chance.stream("blink with gaze").random(len(large))
    drawn = [j for j, draw in zip(large, draws, strict=True) if draw < _WITH_LARGE]
    times += [round((jump.at_s + 0.04) * line.fps) / line.fps for jump in drawn]
    kept: list[float] = []
    for at_s in sorted(times):
        if not kept or at_s - kept[-1] >= _LEAST_S:
            kept.append(at_s)
    return kept


def shutting(times: list[float], line: Timeline) -> Floats:
    """How far the lids are shut in each frame, 0..1; wholly on the frame of each blink."""
    answer_s, shut = line.answer_s, np.zeros(line.count)
    for at_s in times:
        closing, opening = (at_s - answer_s) / _CLOSE_S, (answer_s - at_s) / _OPEN_S
        shut = np.maximum(shut, smooth(1 - np.maximum(closing, opening)))
    return shut


def blink(frames: Floats, shut: Floats) -> None:
    """Close both lids. Shapes that pull on the lids give way, so that a blink always closes."""
    for side in ("Left", "Right"):
        frames[:, COLUMN["eyeBlink" + side]] = shut
        for pull in ("eyeLookUp", "eyeLookDown", "eyeWide", "eyeSquint"):
            frames[:, COLUMN[pull + side]] *= 1 - shut
