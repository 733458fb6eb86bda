"""Strands of hair that hang over a drawn eye: a lid that shuts goes behind them."""

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.drawings.colours import FEATURE, HAIR, Colours, Mask
from avatar_serving.drawings.eyes import DrawnEye

APART = 25.0
"""How far hair must be from a lash line and from an iris (CIE Lab) for it to be told from them."""
BESIDE = 0.3
"""How far around an eye strands are looked for, in its widths."""
WIDEST = 0.5
"""Share of an eye that strands may hide: what hides more is no strand."""
FEWEST = 50
"""Pixels of hair to know its colour by."""


def strands(seen: Colours, eye: DrawnEye) -> Mask:
    """(side, side): what hangs from the hair into the eye or over its lid. Nothing where it has the
    colour of lashes or iris."""
    none = np.zeros_like(seen.hair)
    if seen.hair.sum() < FEWEST:
        return none
    tone = np.median(seen.lab[seen.hair], axis=0)
    if min(np.linalg.norm(part - tone) for part in _parts(seen, eye)) < APART:
        return none
    alike = (np.linalg.norm(seen.lab - tone, axis=-1) < HAIR) & (seen.unlike > FEATURE)
    _, labels = cv2.connectedComponents((alike | seen.hair).astype(np.uint8))
    hanging = np.isin(labels, np.unique(labels[seen.hair])) & _around(seen, eye)
    opening = _opening(seen, eye)
    return hanging if (hanging & opening).sum() < WIDEST * opening.sum() else none


def _parts(seen: Colours, eye: DrawnEye) -> tuple[Floats, Floats]:
    """The colours (3,) of its lash line and of its iris."""
    middle = slice(len(eye.x) // 4, -(-3 * len(eye.x) // 4))
    rows = np.round(eye.upper[middle] - eye.lash / 2).astype(int)
    lash = np.median(seen.lab[rows, eye.x[middle].astype(int)], axis=0)
    y, x = np.mgrid[: len(seen.lab), : len(seen.lab)]
    iris = np.hypot(x - eye.iris[0], y - eye.iris[1]) < eye.radius / 2
    return lash, np.median(seen.lab[iris], axis=0)


def _opening(seen: Colours, eye: DrawnEye) -> Mask:
    rows = np.arange(len(seen.lab))[:, None]
    out = np.zeros_like(seen.hair)
    out[:, eye.x.astype(int)] = (rows >= eye.upper) & (rows <= eye.lower)
    return out


def _around(seen: Colours, eye: DrawnEye) -> Mask:
    y, x = np.mgrid[: len(seen.lab), : len(seen.lab)]
    near = BESIDE * eye.width
    low, high = eye.upper.min() - eye.lash - near, eye.lower.max() + near
    return (x > eye.x[0] - near) & (x < eye.x[-1] + near) & (y > low) & (y < high)
