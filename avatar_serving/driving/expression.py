"""ARKit weights of a film: what the blendshape model reads, corrected by how landmarks moved.

The model hardly sees some actions (pucker, funnel, a jaw that goes sideways) and says of others
that they are half done at rest. Which actions of the sculpted basis explain best how landmarks left
their rest, not far from what the model reads, is a least-squares problem with bounds, solved for
all frames at once.
"""

from functools import cache

import numpy as np

from avatar_serving.avatars.basis import face_basis
from avatar_serving.avatars.surface import POINTS, lip_pairs
from avatar_serving.driving.eyes import blinks, gaze, widened
from avatar_serving.driving.heads import Floats
from avatar_serving.driving.neutral import Neutral
from avatar_serving.faces.topology import (
    BLENDSHAPE_OUTPUT,
    CHIN,
    LEFT_BROW,
    LEFT_EYE,
    LIPS_INNER,
    LIPS_OUTER,
    OVAL,
    RIGHT_BROW,
    RIGHT_EYE,
)
from avatar_serving.media import ARKIT

ROUNDS = 300
SURE_CM = 0.25
"""Landmarks and shapes err by so much."""
DEPTH = 0.1
"""How much the depth of a landmark counts, which the model guesses."""
CORNERS = 5.0
"""How much the corners of the mouth count, by which round lips are told from spread ones."""
GAP = 2.0
"""How much more it counts that lips are as far apart as they are seen to be."""
EYES = ("eyeBlink", "eyeLook", "eyeWide")
TRUST = (("tongue", 0.001), ("brow", 0.15), ("nose", 0.1), ("cheek", 0.1), ("", 0.25))
"""How far weights may be from what the blendshape model reads, by how their names begin."""
LEAST_REACH = 0.3
"""Of what is left of a weight above that of the neutral face."""


def read_weights(answers: list[dict[str, float]]) -> Floats:
    """(n, k) of what the blendshape model answers, in its order."""
    rows = [[answer[name] for name in BLENDSHAPE_OUTPUT] for answer in answers]
    return np.array(rows, np.float64).reshape(len(rows), len(BLENDSHAPE_OUTPUT))


def expressions(faces: Floats, read: Floats, neutral: Neutral) -> Floats:
    """(n, 52) weights of ARKIT, 0..1, relative to *neutral*.

    *faces* (n, 478, 3): landmarks without the turn of the head, in centimetres; *read* (n, k): what
    the blendshape model says of them.
    """
    expected = _beyond(read, neutral.weights)
    seen = _measured(faces[:, :POINTS]) - _measured(neutral.face[None, :POINTS])
    shapes, trust = _shapes(), (SURE_CM / _tolerance()) ** 2
    weights = bounded(
        shapes @ shapes.T + np.diag(trust), seen @ shapes.T + trust * expected, expected
    )
    return _with_eyes(weights, faces, neutral)


def _with_eyes(weights: Floats, faces: Floats, neutral: Neutral) -> Floats:
    shut = blinks(faces, neutral.face)
    across, up = gaze(faces, 1 - shut.max(1)).T
    wide = widened(faces, neutral.face)
    told = {
        "eyeBlinkLeft": shut[:, 0], "eyeBlinkRight": shut[:, 1],
        "eyeWideLeft": wide[:, 0], "eyeWideRight": wide[:, 1],
        "eyeLookOutLeft": across, "eyeLookInRight": across,
        "eyeLookInLeft": -across, "eyeLookOutRight": -across,
        "eyeLookUpLeft": up, "eyeLookUpRight": up, "eyeLookDownLeft": -up, "eyeLookDownRight": -up,
    }  # fmt: skip
    for name, values in told.items():
        weights[:, ARKIT.index(name)] = np.clip(values, 0, 1)
    for name, eye in (("eyeSquintLeft", 0), ("eyeSquintRight", 1)):
        weights[:, ARKIT.index(name)] *= 1 - shut[:, eye]
    return weights


def _beyond(read: Floats, rest: Floats) -> Floats:
    """(n, 52): how much more is read than at *rest*, of what there is to be read more."""
    share = np.clip((read - rest) / np.maximum(1 - rest, LEAST_REACH), 0, 1)
    found = {name: share[:, i] for i, name in enumerate(BLENDSHAPE_OUTPUT)}
    nothing = np.zeros(len(read))
    return np.stack([found.get(name, nothing) for name in ARKIT], axis=1)


def bounded(normal: Floats, goal: Floats, start: Floats) -> Floats:
    """Minimises w normal w / 2 - goal w over 0..1 for each row of *goal*: accelerated projected
    gradient (Nesterov 1983; Beck & Teboulle 2009)."""
    step = 1 / float(np.linalg.eigvalsh(normal)[-1])
    here = ahead = start
    pace = 1.0
    for _ in range(ROUNDS):
        after = np.clip(ahead - step * (ahead @ normal - goal), 0, 1)
        faster = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = after + (pace - 1) / faster * (after - here)
        here, pace = after, faster
    return here


@cache
def _shapes() -> Floats:
    """(52, m): what each action does to what is measured. What eyes do is told otherwise."""
    face = face_basis().points.astype(np.float64)
    moved = _measured(face + face_basis().shapes) - _measured(face[None])
    moved[[name.startswith(EYES) for name in ARKIT]] = 0
    return moved


def _measured(faces: Floats) -> Floats:
    """(n, m): places of landmarks, and how far apart lips and lids are, as they count."""
    places = faces * _counts()[:, None] * (1, 1, DEPTH)
    upper, lower = np.array(lip_pairs()).T
    gaps = faces[:, upper, 1] - faces[:, lower, 1]
    return np.concatenate([places.reshape(len(faces), -1), GAP * gaps], axis=1)


@cache
def _counts() -> Floats:
    """(468,): how much landmarks count. Lips and brows are what a face speaks with; its outline
    slides over the skin, and lids do more than a face."""
    counts = np.full(POINTS, 0.5)
    counts[[*OVAL, *RIGHT_EYE, *LEFT_EYE]] = 0.15
    counts[[*LIPS_INNER, *LIPS_OUTER, *RIGHT_BROW, *LEFT_BROW, CHIN]] = 1.0
    counts[[LIPS_OUTER[0], LIPS_OUTER[10]]] = CORNERS
    return counts


@cache
def _tolerance() -> Floats:
    return np.array([next(far for name, far in TRUST if shape.startswith(name)) for shape in ARKIT])
