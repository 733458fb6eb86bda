"""The proportions of children on the picture of an adult.

No package with portraits of children was found, so this stands in for them: what makes MakeHuman's
sculpted child (CC0, about eleven years) and the mean of its child and its baby (a small child)
differ from its young adult, seen from the front. Skin, hair and features stay an adult's.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces import Face
from avatar_serving.faces.topology import OVAL

PLACES = (
    (0.0, 0.613), (0.267, 0.344), (0.312, 0.211), (0.112, 0.189), (0.224, 0.244), (0.215, 0.172),
    (0.5, 0.208), (0.0, -0.049), (0.108, -0.092), (0.178, -0.258), (0.0, -0.225), (0.0, -0.371),
    (0.396, -0.339), (0.0, -0.612),
)  # fmt: skip
"""Forehead, brow, outer and inner corner of the eye, upper and lower lid, temple, tip and wing of
the nose, corner of the mouth, upper and lower lip, jaw, chin: of the half of the face to the
image's right, from the middle of its outline, y up, in face widths."""
CHILD = (
    (0.0, -0.023), (-0.002, -0.037), (-0.002, -0.03), (0.002, -0.027), (-0.002, -0.018),
    (-0.002, -0.032), (0.0, -0.041), (0.0, 0.005), (-0.007, 0.004), (-0.025, 0.003), (0.0, 0.01),
    (0.0, 0.015), (-0.02, 0.04), (0.0, 0.059),
)  # fmt: skip
"""How far each goes."""
SMALL_CHILD = (
    (0.0, -0.052), (0.0, -0.07), (-0.001, -0.062), (0.005, -0.053), (-0.003, -0.043), (0.0, -0.056),
    (0.0, -0.044), (0.0, -0.001), (-0.01, 0.002), (-0.021, 0.001), (0.0, 0.014), (0.0, 0.008),
    (0.003, 0.058), (0.0, 0.094),
)  # fmt: skip
NEAR = 0.12
"""Over how much each place decides, in face widths."""
ELSEWHERE = 0.02
"""How much counts beside them that all else stays."""


def reshaped(
    picture: NDArray[np.uint8], face: Face, steps: tuple[tuple[float, float], ...]
) -> NDArray[np.uint8]:
    """*steps*: CHILD or SMALL_CHILD."""
    places, moves = _both_sides(PLACES), _both_sides(steps)
    middle = face.landmarks[list(OVAL), :2].mean(0)
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    u, v = (x - middle[0]) / face.width, (middle[1] - y) / face.width
    total, dx, dy = np.full_like(u, ELSEWHERE), np.zeros_like(u), np.zeros_like(u)
    for (px, py), (mx, my) in zip(places, moves, strict=True):
        # What comes to a place comes from where it was.
        near = np.exp(-((u - px - mx) ** 2 + (v - py - my) ** 2) / (2 * NEAR**2))
        total, dx, dy = total + near, dx + near * mx, dy + near * my
    from_x, from_y = x - dx / total * face.width, y + dy / total * face.width
    moved = cv2.remap(picture, from_x.astype(np.float32), from_y.astype(np.float32),
                      cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    return np.asarray(moved, np.uint8)


def _both_sides(right: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    paired = zip(right, PLACES, strict=True)
    left = [(-x, y) for (x, y), place in paired if place[0] > 0]
    return [*right, *left]
