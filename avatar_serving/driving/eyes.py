"""Lids and gaze, told from where lids and irises are seen.

What the blendshape model reads of them is half of what is done, and goes with nods.
"""

import numpy as np

from avatar_serving.avatars.surface import lid_pairs
from avatar_serving.driving.heads import Floats
from avatar_serving.faces.topology import LEFT_EYE, LEFT_IRIS, RIGHT_EYE, RIGHT_IRIS

OPEN, SHUT = 0.88, 0.2
"""An eye is open, or shut, from here on: the height of its opening over that at rest."""
WIDE = 0.4
"""By how much more than at rest an eye that is torn open is open."""
FULL = 0.1
"""How far an iris is seen to go at weight 1, in widths of the eye, measured on drawn eyes. It goes
twice as far: the landmark model draws irises to the middle."""


def blinks(faces: Floats, rest: Floats) -> Floats:
    """(n, 2): how far the left and the right eye are shut, 0..1. *faces* (n, 478, 3), *rest* (478,
    3): unturned, y up."""
    return np.clip((OPEN - _opened(faces, rest)) / (OPEN - SHUT), 0, 1)


def widened(faces: Floats, rest: Floats) -> Floats:
    """(n, 2): how far the left and the right eye are torn open, 0..1."""
    return np.clip((_opened(faces, rest) - 2 + OPEN) / WIDE, 0, 1)


def gaze(faces: Floats, open_: Floats) -> Floats:
    """(n, 2): where both eyes look, to the person's own left and up, -1..1, from where they look
    most. *open_* (n,): how much a frame counts; one in which eyes are shut shows no gaze."""
    seen = np.flatnonzero(open_ > 0.5)
    if not seen.size:
        return np.zeros((len(faces), 2))
    looked = np.mean([_looked(faces[seen], *eye) for eye in _EYES], axis=0) / FULL
    looked -= np.median(looked, axis=0)
    at = np.arange(len(faces))
    kept = [np.interp(at, seen, axis) for axis in np.clip(looked, -1, 1).T]
    return np.stack(kept, axis=1)


_EYES = ((LEFT_EYE, LEFT_IRIS), (RIGHT_EYE, RIGHT_IRIS))


def _opened(faces: Floats, rest: Floats) -> Floats:
    """(n, 2): heights of both openings over those at *rest*."""
    heights = np.stack([_height(faces, eye) for eye, _ in _EYES], axis=1)
    own = np.stack([_height(rest[None], eye) for eye, _ in _EYES], axis=1)
    return heights / np.maximum(own, 1e-3)


def _height(faces: Floats, eye: tuple[int, ...]) -> Floats:
    """(n,): of the opening of an eye, in its widths."""
    upper, lower = np.array(lid_pairs(eye)).T
    apart = (faces[:, upper, 1] - faces[:, lower, 1]).mean(1)
    return apart / np.maximum(np.abs(faces[:, eye[0], 0] - faces[:, eye[8], 0]), 1e-3)


def _looked(faces: Floats, eye: tuple[int, ...], iris: tuple[int, ...]) -> Floats:
    """(n, 2): how far an iris is from the middle between the corners, in widths of the eye."""
    corners = faces[:, (eye[0], eye[8]), :2]
    width = np.abs(np.diff(corners[..., 0], axis=1))
    return (faces[:, iris, :2].mean(1) - corners.mean(1)) / np.maximum(width, 1e-3)
