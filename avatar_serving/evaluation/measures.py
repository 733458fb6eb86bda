"""Lengths on a face, from landmarks: of a rig's geometry and of what is seen alike.

All take (468, 2) landmarks, y down, and answer in the landmarks' unit.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from avatar_serving.avatars.surface import lid_pairs, lip_pairs
from avatar_serving.evaluation.stand import Points
from avatar_serving.faces.topology import LEFT_BROW, LEFT_EYE, RIGHT_BROW, RIGHT_EYE

Measure: TypeAlias = Callable[[Points], float]

RIGHT_CORNER, LEFT_CORNER = 61, 291
"""Of the mouth."""


def aperture(points: Points) -> float:
    """Mean height of the mouth opening; 0 where the lips touch or cross."""
    return _gap(points, lip_pairs())


def mouth_width(points: Points) -> float:
    """From corner to corner."""
    return float(np.linalg.norm(points[LEFT_CORNER] - points[RIGHT_CORNER]))


def corner_rise(points: Points) -> float:
    """How far the corners of the mouth lie above the line between nose and chin's share of it:
    against the rigid bridge of the nose, so that it does not depend on the lips."""
    corners = (points[LEFT_CORNER] + points[RIGHT_CORNER]) / 2
    return -float(_upright(points, corners - points[6])[1])


def smile(points: Points) -> float:
    """Corners out and up."""
    return mouth_width(points) / 2 + corner_rise(points)


def eye_opening(points: Points) -> float:
    """Mean of both eyes."""
    return (_gap(points, lid_pairs(RIGHT_EYE)) + _gap(points, lid_pairs(LEFT_EYE))) / 2


def eye_width(points: Points, eye: Sequence[int]) -> float:
    """Of one *eye*, the landmarks of which go around it."""
    return float(np.ptp(points[list(eye), 0]))


def brow_height(points: Points) -> float:
    """Of both brows over the line between the outer corners of the eyes."""
    brows = points[[*RIGHT_BROW, *LEFT_BROW]].mean(0)
    eyes = (points[RIGHT_EYE[0]] + points[LEFT_EYE[0]]) / 2
    return -float(_upright(points, brows - eyes)[1])


def _upright(points: Points, vector: Points) -> Points:
    """*vector* as it would be if the eyes were level."""
    along = points[LEFT_EYE[0]] - points[RIGHT_EYE[0]]
    along = along / np.linalg.norm(along)
    return np.array([along @ vector, along[0] * vector[1] - along[1] * vector[0]])


def _gap(points: Points, pairs: Sequence[tuple[int, int]]) -> float:
    upper, lower = np.array(pairs).T
    apart = [_upright(points, step)[1] for step in points[lower] - points[upper]]
    return float(np.maximum(apart, 0).mean())
