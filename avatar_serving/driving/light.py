"""The light of a film on an avatar's head: E. Reinhard et al., "Color transfer between images",
IEEE CG&A 2001, in CIE Lab, told by the skin of both faces."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.driving.heads import Floats
from avatar_serving.faces.topology import LEFT_EYE, LIPS_OUTER, OVAL, RIGHT_EYE

Pixels = NDArray[np.uint8]
STRETCH = (0.75, 1.33)
"""Contrast is changed by no more, and that of colours not at all: faces differ in it by more than
light."""
LIKE, ELSEWHERE = 3.0, 0.35
"""Standard deviations from the mean within which a colour is taken for skin, and how much of the
change in hue comes to what is not: hair would become as red as a face."""


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """Of some faces, in Lab."""

    mean: Floats
    """(3,)"""
    spread: Floats
    """(3,), standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    own: Skin
    there: Skin

    def on(self, picture: Pixels) -> Pixels:
        """(height, width, 3), sRGB, in the light of the others."""
        lab = _lab(picture)
        mean, spread = self.own.mean.astype(np.float32), self.own.spread.astype(np.float32)
        far = np.square((lab - mean) / (LIKE * np.maximum(spread, 1))).sum(2, keepdims=True)
        skin = ELSEWHERE + (1 - ELSEWHERE) * np.exp(-far / 2)
        moved = (self.there.mean - self.own.mean).astype(np.float32)
        contrast = np.clip(self.there.spread[0] / max(self.own.spread[0], 1e-3), *STRETCH)
        lab[..., 0] = (lab[..., 0] - mean[0]) * np.float32(contrast) + self.there.mean[0]
        lab[..., 1:] += moved[1:] * skin
        rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_Lab2RGB)
        return np.clip(rgb * 255 + 0.5, 0, 255).astype(np.uint8)


def skin_of(faces: Sequence[tuple[Pixels, Floats]]) -> Skin:
    """Of faces in pictures, each with its landmarks (468, 2) in pixels."""
    parts = [_lab(picture)[_mask(picture, points)] for picture, points in faces]
    pixels = np.concatenate(parts).astype(np.float64)
    return Skin(pixels.mean(0), pixels.std(0))


def _mask(picture: Pixels, points: Floats) -> NDArray[np.bool_]:
    """The face without eyes and mouth."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    for ring, value in ((OVAL, 1), (RIGHT_EYE, 0), (LEFT_EYE, 0), (LIPS_OUTER, 0)):
        cv2.fillPoly(mask, [np.round(points[list(ring)]).astype(np.int32)], value)
    return mask > 0


def _lab(picture: Pixels) -> NDArray[np.float32]:
    return np.asarray(
        cv2.cvtColor(np.divide(picture, 255, dtype=np.float32), cv2.COLOR_RGB2Lab), np.float32
    )
