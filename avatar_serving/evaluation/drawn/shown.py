"""What of a drawing's eyes is to be seen, pixel by pixel."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.drawings.colours import FEATURE
from avatar_serving.drawings.eyes import DrawnEye
from avatar_serving.drawings.measure import SIDE
from avatar_serving.evaluation.drawn.view import DrawnView

Mask = NDArray[np.bool_]
UNCHANGED = 6.0
"""Difference (CIE Lab) up to which a pixel still shows what it did."""


def opening(eye: DrawnEye) -> Mask:
    """(SIDE, SIDE): between the lids."""
    rows = np.arange(SIDE)[:, None]
    out = np.zeros((SIDE, SIDE), bool)
    out[:, eye.x.astype(int)] = (rows >= eye.upper) & (rows <= eye.lower)
    return out


def eyes_shown(neutral: DrawnView) -> Mask:
    """(SIDE, SIDE): what between the lids is no skin."""
    out = np.zeros((SIDE, SIDE), bool)
    for eye in neutral.eyes:
        out |= opening(eye)
    return out & (neutral.found.colours.unlike > FEATURE)


def still_shown(lab: NDArray[np.floating], neutral: DrawnView) -> Mask:
    """Of that, what *lab* (SIDE, SIDE, 3), cut out as the neutral view was, shows as well."""
    change = np.linalg.norm(lab - neutral.found.colours.lab, axis=-1)
    return eyes_shown(neutral) & (change < UNCHANGED)
