"""The 52 ARKit shapes on the proportions of a drawing.

A drawn mouth may be a third as wide as a real one and its eyes three times as high. Each landmark's
movement on the mean face is carried over by how the drawing stretches the face around it: the
linear map that best takes the landmark's neighbourhood on the mean face to the drawn one.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial.distance import cdist

from avatar_serving.avatars.basis import JAW, face_basis, similarity
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import Floats
from avatar_serving.drawings.closing import close_mouth
from avatar_serving.drawings.turning import drawn_depth
from avatar_serving.faces.topology import LIPS_OUTER, OVAL
from avatar_serving.media import ARKIT

FLATNESS = 0.7
"""Depth of a drawn face over that of a real one of its width: drawings show little of it."""
REACH_CM = 1.2
"""How large a neighbourhood is."""
LEAST, MOST = 0.5, 2.2
"""Stretches beyond these are taken for these."""
NEAREST = 0.5
"""Share of its distance from the outline that a shape may take a point towards it."""
OUTLINE_SHAPES = (*JAW, "cheekPuff")
"""These move the outline itself."""
LIVELY = 1.35
"""A small drawn mouth opens and moves further than its size says, or it would hardly be seen."""


def drawn_fit(points: Floats) -> Fit:
    """*points* (468, 2): landmarks in image square units. The drawing is its own neutral face, and
    looks straight ahead but for its tilt."""
    basis = face_basis()
    flat = np.column_stack([points, np.zeros(len(points))]).astype(np.float64)
    level = basis.points * np.array([1, 1, 0])
    turn, scale, shift = similarity(level, flat)
    turn = _upright(turn)
    depth = drawn_depth(points, basis.points[:, 2] * scale * FLATNESS)
    rest = np.column_stack([points, depth - depth.mean()])
    shift = shift * np.array([1, 1, 0]) - np.array([0, 0, depth.mean()])
    still = np.zeros((len(ARKIT), *rest.shape), np.float32)
    weights = np.zeros(len(ARKIT), np.float32)
    fit = Fit(rest.astype(np.float32), still, weights, scale, turn, shift)
    # The proportions that count are those of the shut mouth.
    face = rest + close_mouth(fit)
    shapes = kept_within(_carried(face, turn, scale), face)
    return replace(fit, shapes=shapes.astype(np.float32))


def kept_within(shapes: Floats, face: Floats) -> Floats:
    """*shapes* (52, 468, 3) without what they move beyond the outline of *face* (468, 3), or near
    to it: of a face that is turned the far corner of the mouth lies at its very edge, which is a
    line that stays. Jaws and cheeks that fill with air move it."""
    away = face[list(OVAL), None, :2] - face[None, :, :2]
    gap = np.linalg.norm(away, axis=-1)
    nearest = gap.argmin(0)
    each = np.arange(len(face))
    gap, away = gap[nearest, each], away[nearest, each]
    out = away / np.maximum(gap, 1e-9)[:, None]
    kept = shapes.copy()
    still = np.array([i for i, name in enumerate(ARKIT) if name not in OUTLINE_SHAPES])
    past = np.einsum("sli,li->sl", shapes[still, :, :2], out) - NEAREST * gap
    kept[still, :, :2] -= np.maximum(past, 0)[..., None] * out
    kept[still[:, None], list(OVAL)] = 0
    return kept


def _upright(turn: Floats) -> Floats:
    """Of a turn only what is about the line of sight."""
    angle = np.arctan2(turn[1, 0] - turn[0, 1], turn[0, 0] + turn[1, 1])
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _carried(rest: Floats, turn: Floats, scale: float) -> Floats:
    basis = face_basis()
    maps = _stretches(rest[:, :2] @ turn[:2, :2] / scale)
    local = basis.shapes.astype(np.float64)
    across = np.einsum("lij,klj->kli", maps, local[..., :2])
    away = local[..., 2:] * FLATNESS
    return np.concatenate([across, away], -1) @ turn.T * scale


def _stretches(drawn: Floats) -> Floats:
    """(468, 2, 2): how the surroundings of each landmark are stretched, *drawn* (468, 2) in
    centimetres of the mean face."""
    mean = face_basis().points.astype(np.float64)
    near = np.exp(-((cdist(mean, mean) / REACH_CM) ** 2))
    near /= near.sum(1, keepdims=True)
    a = mean[None, :, :2] - (near @ mean[:, :2])[:, None]
    b = drawn[None] - (near @ drawn)[:, None]
    inner = np.einsum("ln,lni,lnj->lij", near, a, a) + 0.02 * np.eye(2)
    outer = np.einsum("ln,lni,lnj->lij", near, b, a) + 0.02 * np.eye(2)
    maps = outer @ np.linalg.inv(inner)
    left, size, right = np.linalg.svd(maps)
    maps = (left * np.clip(size, LEAST, MOST)[:, None]) @ right
    lips = mean[list(LIPS_OUTER)].mean(0)
    share = np.exp(-((np.linalg.norm(mean - lips, axis=1) / 4) ** 2))[:, None, None]
    small = np.clip(size.min(1), LEAST, 1)[:, None, None] < 0.8
    return maps * np.where(small, 1 + (LIVELY - 1) * share, 1)
