"""Thin frames of glasses: fine lines over the nose, beside it and below an eye.

Wrinkles make one of these lines, and a frown another, but only a frame makes all three. Lines are
found as the smoothest ridges through a picture of the eyes of one size, by dynamic programming.
"""

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Pixels, to_pixels
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE

SPAN_PX, WIDE_PX, HIGH_PX, EYES_PX = 120, 216, 130, 40
"""Between the outer corners of the eyes; the picture; the row of the eyes in it."""
BETWEEN_EYES = 168
OVER_NOSE, INSET_PX = (-24, 22), 6
"""Rows about the root of the nose, and how far within the inner corners of the eyes."""
BELOW = (20, 64)
"""Rows below the eyes where the lower edge of a lens is."""
BESIDE, ROWS_BESIDE = (-8, 12), (-4, 26)
"""Columns about the inner corner of an eye, and rows about it, where a lens ends at the nose."""
LEAST_OVER, LEAST_BELOW, LEAST_BESIDE = 0.035, 0.05, 0.042
"""How much darker or lighter than what is 2 pixels to either side the lines are, over the
brightness around. Of 48 pictures without glasses the four with the strongest line over the nose
(.046 to .071) have .020 to .105 below an eye and .023 to .041 beside the nose; of two with thin
frames the weaker figures are .05, .10 and .053."""
FINE_PX, AROUND_PX, DARKEST = 1.3, 8.0, 20.0
CAP, BEND = (-0.05, 0.12), np.array([[0.02], [0.0], [0.0], [0.0], [0.02]])
"""Of a ridge while its line is sought, and what steps of -2 .. 2 rows cost."""
HOLDS = 0.3
"""Share of a line that may be fainter than its strength."""


def thin(image: Pixels, face: Floats) -> bool:
    """Whether a thin frame is seen. *face* (468, 3), in image square units."""
    picture, points = _upright(image, to_pixels(face, len(image)))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    dark = _ridges(grey)
    root = max(0, int(points[BETWEEN_EYES, 1]) + OVER_NOSE[0])
    right, left = points[[RIGHT_EYE[8], LEFT_EYE[8]], 0].astype(int)
    bridge = dark[root : root - OVER_NOSE[0] + OVER_NOSE[1], right + INSET_PX : left - INSET_PX]
    if max(_line(bridge), _line(-bridge)) < LEAST_OVER:
        return False
    rows = slice(EYES_PX + BELOW[0], EYES_PX + BELOW[1])
    eyes = (slice(int(points[RIGHT_EYE[0], 0]), right), slice(left, int(points[LEFT_EYE[0], 0])))
    if max(_line(dark[rows, columns]) for columns in eyes) < LEAST_BELOW:
        return False
    upright = _ridges(np.ascontiguousarray(grey.T))
    rows = slice(EYES_PX + ROWS_BESIDE[0], EYES_PX + ROWS_BESIDE[1])
    beside = (_line(upright[x + BESIDE[0] : x + BESIDE[1], rows]) for x in (right, left))
    return sum(beside) / 2 >= LEAST_BESIDE


def _upright(image: Pixels, points: Floats) -> tuple[Pixels, Floats]:
    """(HIGH_PX, WIDE_PX, 3): the eyes level and of one size; and where *points* are in it."""
    right, left = points[RIGHT_EYE[0]], points[LEFT_EYE[0]]
    along = (left - right) / SPAN_PX
    axes = np.array([along, [-along[1], along[0]]])
    corner = (right + left) / 2 - np.array([WIDE_PX / 2, EYES_PX]) @ axes
    scale = float(np.linalg.norm(along))
    soft = cv2.GaussianBlur(image, (0, 0), 0.45 * scale) if scale > 1 else image
    picture = cv2.warpAffine(
        soft, np.column_stack([axes.T, corner]), (WIDE_PX, HIGH_PX),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return np.asarray(picture, np.uint8), (points - corner) @ np.linalg.inv(axes)


def _ridges(grey: Floats) -> Floats:
    """How much darker each pixel is than those 2 rows above and below."""
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), FINE_PX), np.float32)
    darker = np.zeros_like(soft)
    darker[2:-2] = (soft[:-4] + soft[4:]) / 2 - soft[2:-2]
    return darker / np.maximum(cv2.GaussianBlur(grey, (0, 0), AROUND_PX), DARKEST)


def _line(ridges: Floats) -> float:
    """Strength of the strongest smooth line from the left to the right end."""
    height, width = ridges.shape
    if height < 5 or width < 5:
        return 0.0
    capped = np.clip(ridges, *CAP)
    best, steps = capped[:, 0], np.zeros((height, width), int)
    for column in range(1, width):
        padded = np.pad(best, 2, constant_values=-np.inf)
        ways = np.lib.stride_tricks.sliding_window_view(padded, height) - BEND
        steps[:, column] = ways.argmax(0) - 2
        best = ways.max(0) + capped[:, column]
    row, along = int(best.argmax()), np.zeros(width)
    for column in range(width - 1, -1, -1):
        along[column] = ridges[row, column]
        row += steps[row, column]
    return float(np.quantile(along, HOLDS))
