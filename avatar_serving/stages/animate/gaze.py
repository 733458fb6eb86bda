"""Where the eyes look: at the other person, about their face, and away.

Statistics of S. Lee, J. Badler, N. Badler, Eyes Alive (SIGGRAPH 2002), from eye-tracked
conversations: how long gaze is held and averted while speaking and listening, sizes of saccades
falling off exponentially (mean 6.9 degrees), a duration that grows with the size, and directions
that favour up, down and the sides over diagonals. People who think look away more, and up (A.
Glenberg et al., Memory & Cognition 26, 1998).
"""

from dataclasses import dataclass

import numpy as np

from avatar_serving.stages.animate.chance import Chance, alternating, moments
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, smooth

_LEAST_S, _PER_DEGREE_S = 0.025, 0.0024
"""Duration of a saccade: the part that all have, and what each degree adds."""
_MEAN_DEG, _LEAST_DEG, _MOST_DEG = 6.9, 2.0, 14.0
_DIRECTIONS = np.array([15.54, 6.46, 17.69, 7.44, 16.80, 7.89, 20.38, 7.79]) / 99.99
"""Shares of saccades towards 0, 45 .. 315 degrees, counter-clockwise from the person's left."""
_UPRIGHT = 0.6
"""Vertical reach against horizontal: eyes turn less far up and down."""
_ABOUT_S, _ABOUT_DEG = 0.85, 0.7
"""How often and how far the eyes wander about a face: its eyes, its mouth."""
_FULL_DEG = 30.0
"""Eye rotation of a full eyeLook weight."""
_SEAM_S = 0.4


@dataclass(frozen=True, slots=True)
class Gazing:
    """How somebody looks. Seconds are means."""

    held_s: float
    """How long they look where they rest."""
    averted_s: float
    """How long they look away."""
    rest: tuple[float, float] = (0.0, 0.0)
    """Where the eyes rest, in degrees aside and up."""


@dataclass(frozen=True, slots=True)
class Jump:
    """One saccade."""

    at_s: float
    x_deg: float
    """By how much further to the person's left."""
    y_deg: float
    """By how much further up."""

    @property
    def degrees(self) -> float:
        return float(np.hypot(self.x_deg, self.y_deg))

    @property
    def seconds(self) -> float:
        return _LEAST_S + _PER_DEGREE_S * self.degrees


def saccades(gazing: Gazing, chance: Chance, line: Timeline) -> list[Jump]:
    """In order of time. Those of a loop add up to nothing."""
    away = _aversions(gazing, chance, line)
    return sorted(away + _about(chance, line), key=lambda jump: jump.at_s)


def _aversions(gazing: Gazing, chance: Chance, line: Timeline) -> list[Jump]:
    times = alternating(chance, "aversion", line, gazing.held_s, gazing.averted_s, _SEAM_S)
    if line.loop:
        times = times[: len(times) // 2 * 2]
    targets = _targets(chance, len(times) // 2 + 1)
    jumps: list[Jump] = []
    for i, at_s in enumerate(times.tolist()):
        sign, (x, y) = 1 - 2 * (i % 2), targets[i // 2]
        jumps.append(Jump(at_s, float(sign * x), float(sign * y)))
    return jumps


def _targets(chance: Chance, count: int) -> Floats:
    """count x 2 degrees: sizes and directions each from a stream of their own, in order."""
    size = _LEAST_DEG + chance.stream("sizes").exponential(_MEAN_DEG - _LEAST_DEG, count)
    eighth = np.searchsorted(np.cumsum(_DIRECTIONS), chance.stream("directions").random(count))
    angle = np.minimum(eighth, 7) * np.pi / 4
    return (
        np.stack([np.cos(angle), _UPRIGHT * np.sin(angle)], 1)
        * np.minimum(size, _MOST_DEG)[:, None]
    )


def _about(chance: Chance, line: Timeline) -> list[Jump]:
    times = moments(chance, "about", line, _ABOUT_S, 0.25, _SEAM_S)
    places = np.clip(chance.stream("places").normal(0.0, _ABOUT_DEG, (len(times), 2)), -2.0, 2.0)
    if line.loop and len(times):
        places[-1] = 0.0
    moves = np.diff(places, axis=0, prepend=np.zeros((1, 2)))
    return [Jump(at_s, x, y) for at_s, (x, y) in zip(times.tolist(), moves.tolist(), strict=True)]


def directions(rest: Floats, jumps: list[Jump], line: Timeline) -> Floats:
    """frames x 2: degrees the eyes look to the person's left, and up."""
    gaze = np.array(np.broadcast_to(rest, (line.count, 2)))
    for jump in jumps:
        done = smooth((line.answer_s - jump.at_s) / jump.seconds)
        gaze += done[:, None] * np.array([jump.x_deg, jump.y_deg])
    return gaze


def look(frames: Floats, degrees: Floats) -> None:
    """Turn both eyes."""
    left, up = (degrees / _FULL_DEG).T
    for name, value in (
        ("eyeLookOutLeft", left), ("eyeLookInRight", left),
        ("eyeLookInLeft", -left), ("eyeLookOutRight", -left),
        ("eyeLookUpLeft", up), ("eyeLookUpRight", up),
        ("eyeLookDownLeft", -up), ("eyeLookDownRight", -up),
    ):  # fmt: skip
        frames[:, COLUMN[name]] = np.clip(value, 0.0, 1.0)
