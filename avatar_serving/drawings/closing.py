"""How a mouth that was drawn open closes: its edges move as they are, they are not stretched."""

import cv2
import numpy as np
from scipy.spatial.distance import cdist

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Pixels, polygon_mask, to_pixels
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER, OVAL

REACH = 1.3
"""Over what distance from the lips faces give way, in heights of the opening."""
BESIDE = 0.2
"""How far past its corners what surrounds it is still drawn together, in mouth widths."""
INK = 10
"""Percentile of the brightness inside a mouth that its outline has."""
LINE = 0.03
"""Thickness of that outline, in mouth widths."""


def close_mouth(fit: Fit) -> Floats:
    """(468, 3): what to add to the face so that its lips touch along their whole seam."""
    face = fit.rest.astype(np.float64)
    points = canonical_mesh()[0]
    seam = points[[LIPS_INNER[5], LIPS_INNER[15]], 1].mean()
    half = _half_gap(face)
    correction = np.zeros_like(face)
    for side, ring in ((1, LIPS_OUTER[10:] + LIPS_OUTER[:1]), (-1, LIPS_OUTER[:11])):
        own = (points[:, 1] - seam) * side > 0
        edge = _by_x(face[list(ring)])
        past = side * (face[:, 1] - np.interp(face[:, 0], edge[:, 0], edge[:, 1]))
        reach = max(REACH * 2 * float(half[:, 1].max()), 1e-6)
        share = np.exp(-((np.maximum(past, 0) / reach) ** 2))
        step = np.interp(face[:, 0], half[:, 0], half[:, 1]) * _free(face, reach)
        correction[own, 1] = -side * (step * share)[own]
    upper, lower = list(LIPS_INNER[19:10:-1]), list(LIPS_INNER[1:10])
    meet = (face[lower] - face[upper]) / 2
    correction[upper], correction[lower] = meet, -meet
    correction[[LIPS_INNER[0], LIPS_INNER[10]]] = 0
    return correction.astype(np.float32)


def _half_gap(face: Floats) -> Floats:
    """(11, 2): x from the image's left, and half the opening's height there; 0 past the corners."""
    upper, lower = list(LIPS_INNER[19:10:-1]), list(LIPS_INNER[1:10])
    middle = (face[upper] + face[lower]) / 2
    gaps = np.column_stack([middle[:, 0], (face[upper, 1] - face[lower, 1]) / 2])
    ends = np.sort(face[[LIPS_INNER[0], LIPS_INNER[10]], 0])
    beyond = BESIDE * (ends[1] - ends[0])
    corners = np.column_stack([ends + np.array([-beyond, beyond]), [0, 0]])
    return _by_x(np.concatenate([gaps, corners]))


def _free(face: Floats, reach: float) -> Floats:
    """(468,): 0 on the outline of the face, 1 far from it: a mouth that closes moves no chin."""
    away = cdist(face[:, :2], face[list(OVAL), :2]).min(1)
    return 1 - np.exp(-((2 * away / reach) ** 2))


def _by_x(points: Floats) -> Floats:
    return points[np.argsort(points[:, 0])]


def outlined(image: Pixels, ring: Floats) -> Pixels:
    """The image with a dark line along an opening, *ring* (n, 3) in image square units: where
    none was drawn a closed mouth would be no line but a row of teeth."""
    size = len(image)
    points = to_pixels(ring, size)
    inside = image[polygon_mask(points, size)].astype(np.float32)
    if not len(inside):
        return image
    light = inside.mean(1)
    ink = np.median(inside[light <= np.percentile(light, INK)], axis=0)
    thick = max(2, round(LINE * float(np.ptp(points[:, 0]))))
    drawn = np.ascontiguousarray(image.copy())
    colour = (float(ink[0]), float(ink[1]), float(ink[2]))
    cv2.polylines(drawn, [np.round(points).astype(np.int32)], True, colour, thick, cv2.LINE_AA)
    return drawn
