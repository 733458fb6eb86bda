"""An avatar's head drawn alone: what turns with it, down to the jaw."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.rig import Floats, Part, PortraitRig, pose
from avatar_serving.faces.topology import OVAL
from avatar_serving.stages.render.drawing import apart

Pixels = NDArray[np.uint8]
JAW = slice(11, 26)
"""Of the outline: from the left corner of the jaw round the chin to the right one."""
TUCK, FADE = 0.015, 0.05
"""In face widths: how far below the jaw skin is kept, and over what it fades into the neck."""
HOLDS = (0.8, 0.97)
"""Share of the head's turn from which something is part of it, and is wholly."""
SLANT = 2.2
"""Collars stand beside the neck: it is taken to be so much wider by what it is lower."""
FAINT = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    colour: Pixels
    """(size, size, 3)"""
    alpha: NDArray[np.float32]
    """(size, size), 0..1"""


class HeadCanvas:
    """Not for two threads at once."""

    def __init__(self, rig: PortraitRig, size: int) -> None:
        self._rig, self._size = rig, size
        black = np.zeros((size, size, 3), np.uint8)
        self._dark, self._light = Canvas(rig, size, behind=black), Canvas(rig, size, behind=~black)
        self._share = Canvas(_shares(rig), size, behind=black)

    def draw(self, values: tuple[float, ...]) -> Cut:
        colour, alpha = apart(self._dark.draw(values), self._light.draw(values))
        low, high = HOLDS
        share = self._share.draw(values)[..., 0].astype(np.float32) / 255
        part = np.clip((share - low) / (high - low), 0, 1)
        places = pose(self._rig, values).skin[list(OVAL), :2] * (1, -1) + 0.5
        oval = np.round(places * self._size).astype(np.int32)
        kept = part * self._above(oval) * alpha.astype(np.float32) / 255
        return Cut(colour, _of_one_piece(kept.astype(np.float32), oval))

    def _above(self, oval: NDArray[np.int32]) -> NDArray[np.float32]:
        """(size, size): 0 below the jaw, where the neck is the performer's own."""
        jaw, width = oval[JAW], float(np.ptp(oval[:, 0]))
        tucked = jaw + np.array([0, round(TUCK * width)])
        left, right = tucked[0], tucked[-1]
        down = self._size - np.array([right[1], left[1]])
        floor = np.stack([(right[0], left[0]) + down * (-SLANT, SLANT), (self._size,) * 2], 1)
        neck = np.zeros((self._size, self._size), np.uint8)
        cv2.fillPoly(neck, [np.concatenate([tucked, floor]).astype(np.int32)], 1)
        below = cv2.distanceTransform(neck, cv2.DIST_L2, 3)
        return np.clip(1 - below / max(1.0, FADE * width), 0, 1).astype(np.float32)


def _of_one_piece(alpha: NDArray[np.float32], oval: NDArray[np.int32]) -> NDArray[np.float32]:
    """Without what does not hang together with the face: collars that stand up beside the neck."""
    _, pieces = cv2.connectedComponents((alpha > FAINT).astype(np.uint8))
    x, y = np.clip(oval.mean(0).astype(int), 0, len(alpha) - 1)
    return np.where(pieces == pieces[y, x], alpha, 0).astype(np.float32)


def _shares(rig: PortraitRig) -> PortraitRig:
    """The rig in the brightness by which it follows the head."""
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 4, axis=2).repeat(2, axis=0)
    ramp[..., 3] = 255
    assert rig.mouth.colours is not None
    mouth = replace(rig.mouth, colours=np.ones_like(rig.mouth.colours))
    return replace(rig, skin=_shown(rig.skin, ramp), eyes=_shown(rig.eyes, ramp), mouth=mouth)


def _shown(part: Part, ramp: Pixels) -> Part:
    along: Floats = (part.head * 255 + 0.5) / 256
    return replace(part, uv=np.stack([along, np.full_like(along, 0.5)], 1), texture=ramp)
