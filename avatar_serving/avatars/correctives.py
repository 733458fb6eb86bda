"""What makes lids and lips of one person meet exactly, whatever the mean face does."""

import numpy as np

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import Indices, lid_pairs, lip_pairs
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import (
    LEFT_BROW,
    LEFT_EYE,
    LIPS_INNER,
    LIPS_OUTER,
    RIGHT_BROW,
    RIGHT_EYE,
)
from avatar_serving.media import ARKIT

OVERLAP = 0.006
"""How far the upper lid reaches over the lower, in face widths: no eye shines through."""
INTO_LIPS, INTO_CORNERS = 0.16, 0.4
"""Shares of the way from the inner to the outer edge of the lips."""
LIP_REACH_CM = 0.7
"""Over what distance the closing of the mouth spreads into the lips."""
BLINKS = (
    ("eyeBlinkRight", RIGHT_EYE, RIGHT_BROW[:5]),
    ("eyeBlinkLeft", LEFT_EYE, LEFT_BROW[:5]),
)


def on_flesh(rest: Floats) -> Floats:
    """(468, 3): the edge of an open mouth moved a little into the lips, and its corners outwards,
    so that lips which close show no sliver of teeth or shadow from the photo along their seam."""
    inner, outer = list(LIPS_INNER), list(LIPS_OUTER)
    share = np.full((len(inner), 1), INTO_LIPS)
    share[[0, 10]] = INTO_CORNERS
    moved = rest.copy()
    moved[inner] += (rest[outer] - rest[inner]) * share
    return moved


def neutral(fit: Fit) -> Floats:
    """(468, 3): the face in the picture with its expression taken away."""
    return fit.rest - np.einsum("k,kld->ld", fit.weights, fit.shapes)


def close_lids(fit: Fit, face_width: float) -> Floats:
    """The shapes (52, 468, 3) with blinks that close this person's eyes from neutral, exactly."""
    shapes = fit.shapes.copy()
    open_face = neutral(fit)
    for name, ring, brow in BLINKS:
        blink = shapes[ARKIT.index(name)]
        pairs = lid_pairs(ring)
        upper, lower = np.array(pairs).T
        gap = open_face[upper, 1] - open_face[lower, 1]
        planned = blink[lower, 1] - blink[upper, 1]
        ratio = np.clip(gap / np.maximum(planned, 0.1 * np.abs(planned).max()), 0.3, 3)
        order = np.argsort(open_face[upper, 0])
        wanted = np.interp(open_face[:, 0], open_face[upper[order], 0], ratio[order])
        blink *= (wanted * _lid_share(open_face, ring, brow))[:, None]
        _meet(blink, open_face, upper, lower, OVERLAP * face_width)
    return shapes


def _lid_share(face: Floats, ring: tuple[int, ...], brow: tuple[int, ...]) -> Floats:
    """(468,): 1 on the lids' rims, nothing from the brow upwards. Brows of some lie so low that the
    mean face's lids would take them along."""
    edge = face[list(brow)]
    edge = edge[np.argsort(edge[:, 0])]
    height = np.interp(face[:, 0], edge[:, 0], edge[:, 1]) - face[:, 1]
    rim = face[list(ring), :2]
    away = np.linalg.norm(face[:, None, :2] - rim, axis=2).min(1)
    share = np.maximum(height, 0) / np.maximum(height + away, 1e-9)
    return np.where(height > 0, share, 0)


def _meet(blink: Floats, face: Floats, upper: Indices, lower: Indices, overlap: float) -> None:
    """Move what is left of the gap: down with the upper lid, sideways with both, and pass the
    lid's extra on to the rows of points above it."""
    gap = (face + blink)[lower] - (face + blink)[upper]
    gap[:, 1] -= overlap
    gap[:, 2] += overlap  # the upper lid closes over the lower
    extra = np.zeros_like(face)
    extra[upper] = gap * np.array([0.5, 1, 1])
    extra[lower] = -gap * np.array([0.5, 0, 0])
    blink += extra


def close_lips(fit: Fit) -> Floats:
    """(468, 3): what to add to the neutral face so that the lips touch along their whole seam."""
    upper, lower = np.array(lip_pairs()).T
    face = neutral(fit)
    half = (face[lower] - face[upper]) / 2
    correction = np.zeros_like(face)
    points = canonical_mesh()[0]
    seam = (points[upper] + points[lower])[:, 1].mean() / 2
    for rim, step in ((upper, half), (lower, -half)):
        side = 1 if rim is upper else -1
        own = (points[:, 1] - seam) * side > -0.05
        apart = np.linalg.norm(points[:, None] - points[rim], axis=2)
        near = np.exp(-((apart / LIP_REACH_CM) ** 2))
        share = near / np.maximum(near.sum(1, keepdims=True), 1e-9)
        strength = near.max(1) * own
        correction += share @ step * strength[:, None]
        correction[rim] = step
    corners = [LIPS_OUTER[0], LIPS_OUTER[10]]
    correction[corners] = 0
    return correction
