"""Explain a person's landmarks: a pose, an expression, and what is left is who they are."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import lsq_linear
from scipy.spatial.distance import cdist

from avatar_serving.avatars.basis import FaceBasis, face_basis, similarity
from avatar_serving.avatars.rig import Floats
from avatar_serving.media import ARKIT

ROUNDS = 3
IDENTITY_CM, IDENTITY_REACH_CM, NOISE_CM = 0.5, 2.5, 0.35
"""People differ from the mean face smoothly: by so much, over so much. Landmarks and shapes err by
so much."""
DEPTH_TRUST = 0.1
"""Landmark depth is guessed by the model; across the image it is seen."""
RELIEF = 1.28
"""Portraits are taken from near: what lies back is drawn narrower than it is, so that a bowl in
proportion to the width seen is too flat. Nose and brows have the depth of their own width."""
LOOSE, TIGHT = 0.09, 0.06
"""How far a weight may be from what the blendshape model says: about the mouth the geometry knows
better, about eyes and brows the shape of a person's face looks just like an expression."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Image square units: x right, y up, z towards the viewer."""

    rest: Floats
    """(468, 3): the landmarks, with a depth that turns well."""
    shapes: Floats
    """(52, 468, 3): what each of ARKIT adds."""
    weights: Floats
    """(52,), 0..1: the expression in the picture."""
    scale: float
    """Image units a centimetre of the canonical face."""
    turn: Floats
    """(3, 3): from canonical axes to those of the image."""
    shift: Floats

    def place(self, canonical: Floats) -> Floats:
        """Points (n, 3) of canonical space in the image."""
        return (canonical @ self.turn.T * self.scale + self.shift).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Prior:
    """What does not depend on the person, worked out once."""

    whiten: Floats
    """Lower triangular: the Cholesky factor of how identity and noise spread the landmarks."""
    normal: Floats
    """(52, 52): shapes times shapes, whitened."""
    smooth: Floats
    """(468, 468): of a displacement, the part that identity explains."""


def fit(landmarks: Floats, expected: Floats) -> Fit:
    """*landmarks* (468, 3) in image square units; *expected* (52,): weights by another opinion."""
    basis, prior = face_basis(), _prior()
    seen = landmarks.astype(np.float64)
    weights, model = expected, _expressed(basis, expected)
    for _ in range(ROUNDS):
        turn, scale, shift = similarity(model, seen)
        person = (seen - shift) @ turn / scale - basis.points
        weights = _expression(person, expected, basis, prior)
        model = _expressed(basis, weights)
    turn, scale, shift = similarity(model, seen)
    identity = prior.smooth @ ((seen - shift) @ turn / scale - model)
    identity[:, 2] *= 0.5
    rest = (model + identity) @ turn.T * scale + shift
    rest[:, 2] += (RELIEF - 1) * _bowl(rest - shift)
    rest[:, :2] = seen[:, :2]
    shapes = basis.shapes @ turn.T * scale
    return Fit(
        rest.astype(np.float32), shapes.astype(np.float32), weights.astype(np.float32),
        scale, turn, shift,
    )  # fmt: skip


def _bowl(points: Floats) -> Floats:
    """z of the paraboloid that best goes through *points* (n, 3)."""
    x, y, z = points.T
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    return terms @ np.linalg.lstsq(terms, z, rcond=None)[0]


def _expressed(basis: FaceBasis, weights: Floats) -> Floats:
    return basis.points + np.einsum("k,kld->ld", weights, basis.shapes)


def _axis_trust() -> Floats:
    return np.array([1.0, 1.0, DEPTH_TRUST])


@cache
def _prior() -> _Prior:
    basis = face_basis()
    apart = cdist(basis.points, basis.points)
    identity = IDENTITY_CM**2 * np.exp(-((apart / IDENTITY_REACH_CM) ** 2) / 2)
    spread = identity + NOISE_CM**2 * np.eye(len(identity))
    factor = np.linalg.cholesky(spread)
    flat = basis.shapes.transpose(1, 2, 0).astype(np.float64)
    white = solve_triangular(factor, flat.reshape(len(factor), -1), lower=True)
    white = white.reshape(flat.shape) * np.sqrt(_axis_trust())[:, None]
    normal = np.einsum("ldk,ldj->kj", white, white)
    return _Prior(factor, normal, identity @ np.linalg.inv(spread))


def _expression(person: Floats, expected: Floats, basis: FaceBasis, prior: _Prior) -> Floats:
    """Weights in 0..1 that best explain the displacements *person* (468, 3)."""
    inner = cho_solve((prior.whiten, True), person * _axis_trust())
    right = np.einsum("kld,ld->k", basis.shapes.astype(np.float64), inner)
    trust = 1 / _tolerance() ** 2
    system = prior.normal + np.diag(trust)
    goal = right + trust * expected
    factor, _ = cho_factor(system, lower=True)
    factor = np.tril(factor)
    solved = lsq_linear(factor.T, solve_triangular(factor, goal, lower=True), (0, 1))
    return np.asarray(solved.x)


@cache
def _tolerance() -> Floats:
    return np.array([LOOSE if n.startswith(("mouth", "jaw")) else TIGHT for n in ARKIT])
