"""What of a drawn face is skin, what is hair, and what is a feature: by colour."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.faces.crop import FaceCrop
from avatar_serving.faces.topology import LEFT_EYE, OVAL, RIGHT_EYE

Mask = NDArray[np.bool_]
LIGHTNESS = 0.5
"""How much a step in lightness counts against one in hue: skin has shadows, hair casts some."""
FEATURE = 13.0
"""Difference from the skin's colour from which a pixel shows something else (CIE Lab)."""
HAIR = 20.0
"""Difference from the hair's colour up to which a pixel may be hair."""
BIN = 5
"""Width of a colour's bin when the commonest one is looked for."""
STRAND = 0.07
"""What is thinner than twice this, in distances of the eyes, is no lock of hair but a line."""
AS_LIGHT, PALER, LEAST_HUE = 8.0, 0.5, 4.0
"""The white of an eye: so much darker than skin at most, with less than this share of its distance
from grey, where that is as large at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """An upright crop of a drawn face. All masks are (side, side)."""

    lab: Floats
    """(side, side, 3), CIE Lab, lightness 0..100."""
    skin: Floats
    """(3,): the skin's colour."""
    unlike: Floats
    """(side, side): how much a pixel differs from skin."""
    hair: Mask
    face: Mask
    """Inside the outline."""
    apart: float
    """Pixels between the eyes' middles."""

    @property
    def feature(self) -> Mask:
        """What is neither skin nor hair: lines, eyes, lips."""
        return (self.unlike > FEATURE) & ~self.hair

    @property
    def white(self) -> Mask:
        """As light as skin and nearer to grey: the white of an eye, where skin has a hue."""
        own, hue = (np.linalg.norm(lab[..., 1:], axis=-1) for lab in (self.skin, self.lab))
        light = self.lab[..., 0] > self.skin[0] - AS_LIGHT
        return light & (hue < PALER * own) & (own > LEAST_HUE)


def colours(crop: FaceCrop) -> Colours:
    rgb = cv2.medianBlur(crop.rgb, 3)
    lab = cv2.cvtColor(np.divide(rgb, 255, dtype=np.float32), cv2.COLOR_RGB2LAB)
    lab = np.asarray(lab, np.float32)
    right, left = (crop.points[list(ring)].mean(0) for ring in (RIGHT_EYE, LEFT_EYE))
    apart = float(np.linalg.norm(left - right))
    face = crop.inside(OVAL)
    rows = np.arange(len(lab))[:, None]
    below = crop.inside(OVAL, 0.85) & (rows > (left + right)[1] / 2 + 0.1 * apart)
    skin = _commonest(lab[below if below.any() else face])
    unlike = difference(lab, skin)
    return Colours(lab, skin, unlike, _hair(lab, unlike, face, apart), face, apart)


def difference(lab: Floats, colour: Floats) -> Floats:
    """How far colours (..., 3) are from *colour* (3,), in CIE Lab with lightness weighed less."""
    step = (lab - colour) * np.array([LIGHTNESS, 1, 1], np.float32)
    return np.linalg.norm(step, axis=-1).astype(np.float32)


def _commonest(pixels: Floats) -> Floats:
    bins = np.round(pixels / BIN).astype(np.int32)
    kinds, index, counts = np.unique(bins, axis=0, return_inverse=True, return_counts=True)
    near = np.abs(kinds - kinds[counts.argmax()]).max(1) <= 1
    return np.median(pixels[near[index.ravel()]], axis=0).astype(np.float32)


def _hair(lab: Floats, unlike: Floats, face: Mask, apart: float) -> Mask:
    """What comes into the face from above and is broad: a line of the same colour is a lash."""
    side = len(lab)
    above = ~face & (unlike > FEATURE)
    above[side // 3 :] = False
    if above.sum() < 50:
        return np.zeros_like(face)
    tone = _commonest(lab[above])
    alike = (np.linalg.norm(lab - tone, axis=-1) < HAIR) & (unlike > FEATURE)
    width = max(3, 2 * round(STRAND * apart) + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    broad = np.asarray(cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_OPEN, kernel))
    _, labels = cv2.connectedComponents(broad)
    outside = np.unique(labels[~face & (broad > 0)])
    return np.isin(labels, outside[outside > 0])


def edges(mask: Mask) -> tuple[Floats, Floats, Floats]:
    """The columns (k,) in which *mask* has pixels, and the first and last row of each."""
    used = np.flatnonzero(mask.any(0))
    top = mask.argmax(0)[used].astype(float)
    bottom = len(mask) - 1 - mask[::-1].argmax(0)[used].astype(float)
    return used.astype(float), top, bottom
