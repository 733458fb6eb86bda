"""White in a face: burnt out by light, or put over it?

Light that burns skin out grows towards it over many pixels and leaves what is dark, so that its
shape is ragged. A bar or a patch is of one piece and ends at once.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces import topology
from avatar_serving.faces.crop import FaceCrop

WHITE = 252
"""Grey level (of 255) from which on a pixel shows no skin."""
LEAST = 0.02
"""Share of the face that a patch covers at least."""
SOLID = 0.9
"""Share that a patch has of its convex hull, at least."""
STEP, SHARP = 40.0, 0.6
"""Grey levels by which the picture falls beside a patch, and at what share of its border."""
BESIDE = 2
"""Pixels of the crop between a patch and what is beside it, which resampling mixes."""


def white_patches(crop: FaceCrop) -> NDArray[np.bool_]:
    """(side, side): what of the face is hidden by something white."""
    face = crop.inside(topology.OVAL)
    grey = np.asarray(cv2.cvtColor(crop.rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    white = ((grey >= WHITE) & face).astype(np.uint8)
    found = np.zeros(grey.shape, bool)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(white)
    for label in range(1, count):
        patch = labels == label
        large = stats[label, cv2.CC_STAT_AREA] >= LEAST * face.sum()
        if large and _of_one_piece(patch) and _ends_sharply(patch, face, grey):
            found |= patch
    return found


def _of_one_piece(patch: NDArray[np.bool_]) -> bool:
    row, column = np.nonzero(patch)
    hull = cv2.convexHull(np.stack([column, row], 1).astype(np.int32))
    filled = np.zeros(patch.shape, np.uint8)
    cv2.fillConvexPoly(filled, hull, (1,))
    return float(patch.sum()) >= SOLID * float(filled.sum())


def _ends_sharply(
    patch: NDArray[np.bool_], face: NDArray[np.bool_], grey: NDArray[np.uint8]
) -> bool:
    """Within the *face*."""
    kernel = np.ones((3, 3), np.uint8)
    near = cv2.dilate(patch.astype(np.uint8), kernel, iterations=BESIDE)
    beside = (cv2.dilate(near, kernel) > 0) & (near == 0) & face
    return bool(beside.any()) and float((grey[beside] < 255 - STEP).mean()) >= SHARP
