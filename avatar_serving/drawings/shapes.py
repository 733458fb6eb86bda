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
from avatar_serving.avatars.lips import opening, part
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import lip_pairs
from avatar_serving.drawings.closing import close_mouth
from avatar_serving.drawings.turning import drawn_depth
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER, OVAL
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
ROUND = 0.6
"""Which power of a parabola an opening's height is over its width: an ellipse has 1/2."""
CORNERS, BESIDE = 0.15, 0.4
"""How far the corners of an open mouth go down, over its height; how far around the lips all goes
with them, in mouth widths."""
FUNNEL, FALL = 0.35, 0.15
"""How high a funnel opens a mouth at least, and how far its corners go down, in its widths: a drawn
'o' is a circle."""


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


def round_mouth(shapes: Floats, face: Floats) -> None:
    """Let jaw and funnel open the mouth of *face* (468, 3) as a round, in place: on a small drawn
    mouth the profile of real lips, whose corners go down with the jaw, is a box."""
    corners = [LIPS_INNER[0], LIPS_INNER[10]]
    ends = np.sort(face[corners, 0])
    width = ends[1] - ends[0]
    off = np.clip(np.abs(2 * face[:, 0] - ends.sum()) / width, 0, 1)
    jaw, funnel = (shapes[ARKIT.index(name)] for name in ("jawOpen", "mouthFunnel"))
    high = opening(jaw).max()
    lips = face[[*LIPS_INNER, *LIPS_OUTER], :2]
    near = np.exp(-((cdist(face[:, :2], lips).min(1) / (BESIDE * width)) ** 2))
    jaw[:, 1] += max(0, -jaw[corners, 1].mean() - CORNERS * high) * off**2 * near
    funnel[:, 1] -= FALL * width * off**2 * near
    upper, _ = np.array(lip_pairs()).T
    bulge = (1 - off[upper] ** 2) ** ROUND
    part(jaw, high * bulge)
    part(funnel, np.maximum(opening(funnel).max(), FUNNEL * width) * bulge)
    part(shapes[ARKIT.index("mouthClose")], -opening(jaw))


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
