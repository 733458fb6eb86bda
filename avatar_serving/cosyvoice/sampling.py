"""Which speech token comes next: by chance among the likeliest, and seldom the same again.

Repetition-aware sampling, after VALL-E 2 (https://arxiv.org/abs/2406.05370).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Chances = NDArray[np.float32]

_SHARE, _MOST = 0.8, 25
"""Sampled is among the likeliest that together have this share, and at most so many."""
_RECENT = 10
"""A token that was among so many before it is drawn again, among all."""


def draw(chances: Chances, before: Sequence[int], random: np.random.Generator) -> int:
    """*chances*: of each token, adding up to 1. *before*: the tokens so far."""
    best = np.argpartition(-chances, min(_MOST, len(chances) - 1))[:_MOST]
    best = best[np.argsort(-chances[best])]
    reached = np.cumsum(chances[best]) - chances[best]
    best = best[reached < _SHARE]
    token = _one_of(best, chances[best], random)
    if token not in before[-_RECENT:]:
        return token
    others = chances.copy()
    others[token] = 0
    return _one_of(np.arange(len(others)), others, random)


def _one_of(tokens: NDArray[np.intp], chances: Chances, random: np.random.Generator) -> int:
    shares = chances.astype(np.float64)
    return int(random.choice(tokens, p=shares / shares.sum()))
