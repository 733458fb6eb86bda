"""What lips do, seen in a film or wanted of a face: by it frames of a silent film are found.

Two lengths tell most of what speech looks like: how far the lips are apart and how wide the mouth
is, both in distances of the outer corners of the eyes. Of a film they are measured in three
dimensions, so that a turned head does not narrow them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.topology import LIPS_INNER
from avatar_serving.media import FaceFrame
from avatar_serving.stages.animate.timeline import COLUMN, Floats

_EYES, _CORNERS = (33, 263), (61, 291)
_PAIRS = ((82, 87), (13, 14), (312, 317))
"""Of the upper and the lower lip's inner edge, in the middle of the mouth."""
assert {point for pair in _PAIRS for point in pair} <= set(LIPS_INNER)
_GAP = {
    "jawOpen": 0.28, "mouthClose": -0.28, "mouthFunnel": 0.11, "mouthLowerDownLeft": 0.025,
    "mouthLowerDownRight": 0.025, "mouthUpperUpLeft": 0.026, "mouthUpperUpRight": 0.026,
}  # fmt: skip
_WIDTH = {
    "jawOpen": -0.017, "mouthFunnel": -0.165, "mouthPucker": -0.175, "mouthStretchLeft": 0.043,
    "mouthStretchRight": 0.043, "mouthSmileLeft": 0.035, "mouthSmileRight": 0.035,
}  # fmt: skip
"""How much a weight of 1 parts and widens the lips, measured on the sculpted head."""
_FULL = 0.15
"""The gap of a clear open vowel; of a film whose lips part less, its own widest counts as one."""
_SHUT = 0.02
"""Gap at which lips are half way to looking shut."""
_SHUT_WEIGHT, _WIDTH_WEIGHT = 0.6, 2.5
_MOST = 1.4
"""More than this is no speech: laughter, a yawn."""
COUNT = 3


@dataclass(frozen=True, slots=True)
class Lips:
    """One of each for each frame, in distances of the eyes."""

    gap: Floats
    width: Floats
    """Of a film as it is, of a face over that of its rest."""


@dataclass(frozen=True, slots=True)
class LipIndex:
    """What counts as shut, as wide open and as neither wide nor narrow in one film."""

    shut: float
    full: float
    width: float

    def seen(self, lips: Lips) -> Floats:
        """frames x COUNT, of the film."""
        return self._vectors(lips.gap - self.shut, lips.width - self.width)

    def wanted(self, lips: Lips) -> Floats:
        """frames x COUNT, of a face: as far open for the film as the face is for speech."""
        return self._vectors(lips.gap * (self.full / _FULL), lips.width)

    def _vectors(self, gap: Floats, width: Floats) -> Floats:
        shut = _SHUT_WEIGHT * np.exp(-np.square(np.maximum(gap, 0.0) / _SHUT))
        opened = np.clip(gap / self.full, 0.0, _MOST)
        return np.column_stack([opened, _WIDTH_WEIGHT * width, shut])


def lips_in(landmarks: NDArray[np.float32]) -> Lips:
    """Of a film's landmarks: frames x 478 x 3."""
    points = landmarks.astype(np.float64)
    eyes = _between(points, _EYES)
    gap = np.mean([_between(points, pair) for pair in _PAIRS], axis=0)
    return Lips(gap / eyes, _between(points, _CORNERS) / eyes)


def lips_of(frames: Sequence[FaceFrame]) -> Lips:
    """Of faces as an engine moves them."""
    values = np.array([frame.values for frame in frames])
    gap, width = (
        np.sum([share * values[:, COLUMN[name]] for name, share in shares.items()], axis=0)
        for shares in (_GAP, _WIDTH)
    )
    return Lips(np.maximum(gap, 0.0), width)


def index_of(film: Lips) -> LipIndex:
    shut, full = np.percentile(film.gap, [4.0, 97.0]).tolist()
    return LipIndex(shut, min(_FULL, max(full - shut, _SHUT)), float(np.median(film.width)))


def _between(points: Floats, pair: tuple[int, int]) -> Floats:
    one, other = pair
    return np.linalg.norm(points[:, one] - points[:, other], axis=1)
