"""What sessions cost, and the arithmetic from there to many of them. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

UP_KBITS = 540.0
"""A user's speech: 24 kHz, 16 bit, base64, in JSON messages of 20 ms."""
DOWN_KBITS = 600.0
"""An answer while it sounds: the same, and 14 kbit/s of motion."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One measurement."""

    sessions: int
    replicas: int
    cores: float


@dataclass(frozen=True, slots=True)
class Law:
    """cores = fixed_cores * replicas + session_cores * sessions"""

    fixed_cores: float
    session_cores: float
    error: float
    """Largest distance of a measurement from the law, in cores."""

    def cores(self, sessions: int, replicas: int) -> float:
        return self.fixed_cores * replicas + self.session_cores * sessions

    def sessions_of_a_core(self, fill: float = 1.0) -> int:
        """How many sessions one replica holds that may use so much of its core."""
        if self.session_cores <= 0:
            return 0
        return max(0, math.floor((fill - self.fixed_cores) / self.session_cores + 1e-9))


def fit(costs: Sequence[Cost]) -> Law | None:
    """By least squares, nothing below zero. None with fewer than two measurements."""
    if len(costs) < 2:
        return None
    parts = np.array([[c.replicas, c.sessions] for c in costs], float)
    cores = np.array([c.cores for c in costs])
    found, _ = nnls(parts, cores)
    error = float(np.abs(parts @ found - cores).max())
    return Law(float(found[0]), float(found[1]), error)


def replicas(sessions: int, each: int) -> int:
    """How many replicas hold *sessions*, *each* of so many, when one of them may be lost."""
    return math.ceil(sessions / each) + 1


def staffed(load: float) -> int:
    """Servers for *load* busy ones on average: the square-root rule, so that few have to wait."""
    return math.ceil(load + 2 * math.sqrt(load) - 1e-9)
