"""Where a drawn eyebrow is."""

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.drawings.colours import Colours
from avatar_serving.drawings.eyes import DrawnEye

ABOVE = (0.03, 0.5)
"""It is between so much above the lash line, in distances of the eyes."""
BESIDE = 0.2
"""It may reach past the eye's corners by so much, in eye widths."""
POINTS = 5
USUAL = (0.16, 0.05)
"""Where a brow is that is not seen: height above the lash line, and its arch; in distances of the
eyes."""
THICK = 0.05


def find_brow(seen: Colours, eye: DrawnEye) -> tuple[Floats, bool]:
    """(5, 2) points along its middle from the image's left, and whether they were seen: under a
    fringe they are guessed."""
    apart, top = seen.apart, float(eye.upper.min()) - eye.lash
    y, x = np.mgrid[: len(seen.lab), : len(seen.lab)]
    margin = BESIDE * eye.width
    window = (x > eye.x[0] - margin) & (x < eye.x[-1] + margin)
    window &= (y < top - ABOVE[0] * apart) & (y > top - ABOVE[1] * apart) & seen.face
    marks = (seen.feature & window).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks)
    wide = [i for i in range(1, count) if _like_a_brow(stats[i], eye.width)]
    if not wide:
        return _usual(eye, top, apart), False
    widths = stats[wide, cv2.CC_STAT_WIDTH]
    mask = labels == wide[int(widths.argmax())]
    columns = np.flatnonzero(mask.any(0))
    middle = (mask * y).sum(0)[columns] / mask.sum(0)[columns]
    at = np.linspace(columns[0], columns[-1], POINTS)
    curve = np.polyval(np.polyfit(columns - at.mean(), middle, 2), at - at.mean())
    return np.stack([at, curve], 1), True


def _like_a_brow(box: Floats, eye_width: float) -> bool:
    width, height = float(box[cv2.CC_STAT_WIDTH]), float(box[cv2.CC_STAT_HEIGHT])
    return width > 0.4 * eye_width and width > 1.5 * height


def _usual(eye: DrawnEye, top: float, apart: float) -> Floats:
    x = np.linspace(eye.x[0], eye.x[-1], POINTS)
    arch = USUAL[1] * apart * np.sin(np.linspace(0, np.pi, POINTS))
    return np.stack([x, top - USUAL[0] * apart - arch], 1)
