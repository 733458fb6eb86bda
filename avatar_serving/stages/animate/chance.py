"""Seeded chance as functions of time, so that stretches made apart agree where they meet."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from avatar_serving.stages.animate.timeline import Floats, Timeline

_WAVES = 7
_SKEW = 0.85
"""Standard deviation of the logarithm of a gap."""
_BRIEF = 0.3
"""The shortest stay in a state, against its mean."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A seed and what it is for: each name has numbers of its own."""

    seed: int
    scope: str

    def stream(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self.seed % 2**63, crc32(f"{self.scope}/{name}".encode())])


def wander(chance: Chance, name: str, line: Timeline, low_hz: float, high_hz: float) -> Floats:
    """Band-limited noise within -1..1; over a loop, periodic."""
    draw = chance.stream(name)
    hertz = np.exp(draw.uniform(np.log(low_hz), np.log(high_hz), _WAVES))
    phase = draw.uniform(0, 2 * np.pi, _WAVES)
    size = draw.uniform(0.5, 1.0, _WAVES) / np.sqrt(hertz)
    if line.loop:
        hertz = np.maximum(1.0, np.round(hertz * line.period_s)) / line.period_s
    waves = np.sin(2 * np.pi * hertz * line.answer_s[:, None] + phase)
    return np.tanh(1.2 * waves @ size / np.sqrt(np.sum(size**2) / 2) / 1.6)


def moments(
    chance: Chance, name: str, line: Timeline, mean_s: float, least_s: float, seam_s: float
) -> Floats:
    """Times of something that happens now and then, on frames, in order.

    The gap is *least_s* plus a log-normal rest: mostly short, sometimes long. In a loop nothing
    happens within *seam_s* of the seam; the first half second of an answer is quiet too.
    """
    end_s = line.period_s - seam_s if line.loop else line.end_s + seam_s
    many = int(max(end_s, 0.0) / least_s) + 2
    gaps = least_s + (mean_s - least_s) * _skewed(chance.stream(name), many)
    gaps[0] = 0.5 + (gaps[0] - least_s) * 0.7
    times = np.round(np.cumsum(gaps) * line.fps) / line.fps
    return times[times < end_s]


def alternating(
    chance: Chance, name: str, line: Timeline, first_s: float, second_s: float, seam_s: float
) -> Floats:
    """Times at which a state of mean length *first_s* gives way to one of *second_s*, and back."""
    end_s = line.period_s - seam_s if line.loop else line.end_s + seam_s
    many = 2 * int(max(end_s, 0.0) / (_BRIEF * (first_s + second_s))) + 2
    means = np.resize([first_s, second_s], many)
    lengths = means * (_BRIEF + (1 - _BRIEF) * _skewed(chance.stream(name), many))
    times = np.cumsum(lengths)
    return times[times < end_s]


def _skewed(draw: np.random.Generator, count: int) -> Floats:
    """Log-normal, of mean 1."""
    return draw.lognormal(-(_SKEW**2) / 2, _SKEW, count)
