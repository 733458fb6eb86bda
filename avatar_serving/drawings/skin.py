"""The colours that skin would have under a drawn eye: those around it, carried on smoothly."""

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Mask, Pixels, grown, polygon_mask, shrunk

REACH = 0.7
"""How far around an eye skin is looked at, in its widths."""
HUE, DARKER, LIGHTER = 9.0, 22.0, 6.0
"""How far skin may be from its commonest colour: in hue, in shadow, in light (CIE Lab). The white
of an eye is no lighter than light skin, but without hue."""
OWN_HUE, LEAST_HUE = 0.6, 2.5
"""How far at most, as a share of the skin's own distance from grey, and never less than: the white
of an eye is as near to the hue of pale skin as its shadows are."""
SOFT_PX = 2
"""Width of the soft edge of a line."""
EDGE = 0.1
"""How far from its opening an eye's lines and their soft edges may reach, in its widths."""
SPREADS = (0.02, 0.05, 0.12, 0.3)
"""Of the Gaussians by which colours are carried on, in eye widths: the finest that knows any."""
LEAST = 0.02
"""Share of a Gaussian that must lie on skin for its colour to count."""


def skin_under(image: Pixels, ring: Floats, skin: Floats) -> Floats:
    """(size, size, 3): the image with *skin* (3,) or what the skin near an eye shows in the place
    of all else. *ring* (k, 2): the eye's opening in pixels."""
    width = float(np.ptp(ring[:, 0]))
    size = len(image)
    low = np.clip((ring.min(0) - REACH * width).astype(int), 0, size - 1)
    high = np.clip((ring.max(0) + REACH * width).astype(int) + 1, 1, size)
    part = image[low[1] : high[1], low[0] : high[0]]
    hidden = grown(polygon_mask(ring, size), max(1, round(EDGE * width)))
    known = _is_skin(part, skin) & ~hidden[low[1] : high[1], low[0] : high[0]]
    out = np.broadcast_to(skin, image.shape).astype(np.float32)
    out[low[1] : high[1], low[0] : high[0]] = _carried_on(part, known, skin, width)
    return out


def _is_skin(part: Pixels, skin: Floats) -> Mask:
    both = [np.divide(part, 255, dtype=np.float32), (skin / 255).astype(np.float32)[None, None]]
    lab, own = (np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2LAB), np.float32) for one in both)
    light, hue = np.moveaxis(lab - own, -1, 0)[0], np.linalg.norm((lab - own)[..., 1:], axis=-1)
    return shrunk((hue < hue_within(own)) & (light > -DARKER) & (light < LIGHTER), SOFT_PX)


def hue_within(skin: Floats) -> float:
    """How far from the hue of *skin* (..., 3; CIE Lab) what is skin may be, and no white."""
    return float(np.clip(OWN_HUE * np.linalg.norm(skin.ravel()[1:]), LEAST_HUE, HUE))


def _carried_on(part: Pixels, known: Mask, skin: Floats, width: float) -> Floats:
    colours = np.broadcast_to(skin, part.shape).astype(np.float32)
    weight = known.astype(np.float32)
    for spread in reversed(SPREADS):
        sigma = max(1.0, spread * width)
        near = cv2.GaussianBlur(weight, (0, 0), sigma)
        total = cv2.GaussianBlur(part * weight[..., None], (0, 0), sigma)
        share = np.clip(near / LEAST, 0, 1)[..., None]
        own = total / np.maximum(near, 1e-6)[..., None]
        colours = colours * (1 - share) + own * share
    return np.asarray(colours, np.float32)
