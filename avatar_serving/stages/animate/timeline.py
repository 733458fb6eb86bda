"""Where the frames of a stretch fall, and smooth curves over them."""

from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from avatar_serving.media import CHANNELS, AnimateRequest, FaceFrame

Floats: TypeAlias = NDArray[np.float64]

COLUMN = {name: i for i, name in enumerate(CHANNELS)}
_ROUNDING = 1e-6
"""In frames: a stretch that ends on a frame leaves that frame to the next one."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """*count* frames, the first at ``first / fps`` of the answer's time."""

    first: int
    count: int
    begin_s: float
    end_s: float
    fps: int
    loop: bool = False

    @property
    def answer_s(self) -> Floats:
        """Time of each frame in the answer; in a loop, since its start."""
        return (np.arange(self.count) + (0 if self.loop else self.first)) / self.fps

    @property
    def stretch_s(self) -> Floats:
        """Time of each frame since the stretch began."""
        return (self.first + np.arange(self.count)) / self.fps - self.begin_s

    @property
    def period_s(self) -> float:
        """After how long a loop repeats."""
        return self.count / self.fps

    def edges(self, rise_s: float, fall_s: float) -> Floats:
        """0 at both ends of the stretch, 1 within."""
        left_s = self.end_s - self.begin_s - self.stretch_s
        return smooth(self.stretch_s / rise_s) * smooth(left_s / fall_s)

    def empty(self) -> Floats:
        """(frames, channels) zeros: a face at rest."""
        return np.zeros((self.count, len(CHANNELS)))

    def frames(self, values: Floats) -> list[FaceFrame]:
        """Weights held within 0..1; angles are the engine's own care."""
        held = values.copy()
        held[:, :-3] = np.clip(held[:, :-3], 0.0, 1.0)
        at = (self.first + np.arange(self.count)) / self.fps
        return [
            FaceFrame(at_s, tuple(row))
            for at_s, row in zip(at.tolist(), held.round(5).tolist(), strict=True)
        ]


def timeline(request: AnimateRequest, fps: int) -> Timeline:
    """Frames fall on multiples of 1 / fps of the answer's time, from the start up to the end."""
    end_s = request.start_s + request.seconds
    first = ceil(request.start_s * fps - _ROUNDING)
    past = ceil(end_s * fps - _ROUNDING)
    return Timeline(first, max(0, past - first), request.start_s, end_s, fps, request.loop)


def smooth(x: Floats) -> Floats:
    """0 to 1 without a corner in speed or acceleration."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * x * (x * (6 * x - 15) + 10)


def bump(times: Floats, at_s: float, width_s: float) -> Floats:
    """A soft rise and fall around *at_s*; *width_s* is its standard deviation."""
    return np.exp(-0.5 * ((times - at_s) / width_s) ** 2)
