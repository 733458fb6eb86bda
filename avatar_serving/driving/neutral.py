"""The face that a performer rests in, found in the film itself.

Brows that hang low, or a mouth that smiles by itself, are whose face it is and not what it does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.driving.heads import Floats, Heads, heads_of
from avatar_serving.faces.canonical import canonical_face

CALM = 0.15
"""Share of a film's frames that count as calm, at least LEAST of them."""
LEAST = 5
LOW = 0.2
"""Below this share of its values over the film an action counts as not done."""
TURNED_DEG = 15.0
"""A turn from how the head is mostly held that makes a frame as little calm as a full action."""
GAZE = "eyeLook"


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    face: Floats
    """(478, 3): the performer's landmarks at rest in centimetres, x right in the image, y up, z
    towards the viewer, turned as the head is mostly held."""
    weights: Floats
    """(k,): what the blendshape model reads of it."""


def neutral_of(seen: Floats, read: Floats, names: tuple[str, ...]) -> Neutral:
    """The median of the calmest frames: least done beyond what is always seen, least turned.

    *seen* (n, 478, 3): landmarks, y up; *read* (n, k): what the blendshape model says of each
    frame, *names* its answers. There is at least one frame.
    """
    canonical = canonical_face().vertices.astype(np.float64)
    heads = heads_of(canonical, seen)
    calm = _calmest(heads, read, names)
    held = _mean_turn(heads.turns[calm])
    face = np.median(heads.unposed(seen)[calm], axis=0) @ held.T
    return Neutral(face, np.median(read[calm], axis=0))


def _calmest(heads: Heads, read: Floats, names: tuple[str, ...]) -> NDArray[np.intp]:
    """Which frames."""
    acts = np.array([not name.startswith((GAZE, "_")) for name in names])
    done = np.maximum(read - np.quantile(read, LOW, axis=0), 0)[:, acts].sum(1)
    angles = heads.angles()
    off = np.abs(angles - np.median(angles, axis=0)).sum(1) / TURNED_DEG
    count = max(min(LEAST, len(read)), round(CALM * len(read)))
    return np.sort(np.argsort(done + off, kind="stable")[:count])


def _mean_turn(turns: Floats) -> Floats:
    """(3, 3): the rotation nearest to the mean of *turns*."""
    left, _, right = np.linalg.svd(turns.mean(0))
    mirror = np.diag([1.0, 1.0, np.linalg.det(left @ right)])
    return left @ mirror @ right
