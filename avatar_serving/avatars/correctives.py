"""What makes the lids of one person meet exactly, whatever the mean face does."""

import numpy as np

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import Indices, lid_pairs
from avatar_serving.faces.topology import (
    LEFT_BROW,
    LEFT_EYE,
    RIGHT_BROW,
    RIGHT_EYE,
)
from avatar_serving.media import ARKIT

OVERLAP = 0.006
"""How far the upper lid reaches over the lower, in face widths: no eye shines through."""
RISE, RISE_REACH = 0.1, 0.35
"""How far the lower lid comes up in a blink, over the opening: the line of shut lids is flatter
than an open eye's lower edge. Below it the skin follows, less and less, over so many eye widths."""
BLINKS = (
    ("eyeBlinkRight", RIGHT_EYE, RIGHT_BROW[:5]),
    ("eyeBlinkLeft", LEFT_EYE, LEFT_BROW[:5]),
)


def neutral(fit: Fit) -> Floats:
    """(468, 3): the face in the picture with its expression taken away."""
    return fit.rest - np.einsum("k,kld->ld", fit.weights, fit.shapes)


def close_lids(fit: Fit, face_width: float, rise: float = RISE) -> Floats:
    """The shapes (52, 468, 3) with blinks that close this person's eyes from neutral, exactly.
    *rise*: share of the opening by which the lower lid comes up."""
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
        _rise(blink, open_face, upper, lower, rise)
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


def _rise(blink: Floats, face: Floats, upper: Indices, lower: Indices, rise: float) -> None:
    """Raise the lower lid in place, and the skin below it."""
    width = float(np.ptp(face[lower, 0]))
    goal = rise * (face[upper, 1] - face[lower, 1])
    step = np.maximum(goal - blink[lower, 1], 0)
    apart = np.linalg.norm(face[:, None, :2] - face[lower, :2], axis=2) / width
    near = np.exp(-((apart / RISE_REACH) ** 2))
    edge = np.interp(face[:, 0], *face[lower[np.argsort(face[lower, 0])], :2].T)
    below = face[:, 1] < edge
    share = near / np.maximum(near.sum(1, keepdims=True), 1e-9)
    moved = (share @ step) * near.max(1) * below
    moved[lower] = step
    blink[:, 1] += moved


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
