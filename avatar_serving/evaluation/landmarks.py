"""Poses at random, drawn and found again: does the drawing show the face that was asked for?"""

from collections.abc import Iterator

import numpy as np

from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation.results import Landmarks
from avatar_serving.evaluation.stand import LANDMARKS, Stand, View
from avatar_serving.faces import topology

POSES = 24
MOVED = (
    "jawOpen", "mouthSmile", "mouthPucker", "mouthStretch", "mouthUpperUp", "mouthLowerDown",
    "browInnerUp", "eyeBlink",
)  # fmt: skip
MOST = 0.7
"""Weights are even in 0 .. this, each shape in every other pose."""
YAW_DEG, PITCH_DEG = 12.0, 8.0
PARTS = {
    "oval": topology.OVAL,
    "lips": (*topology.LIPS_INNER, *topology.LIPS_OUTER),
    "eyes": (*topology.LEFT_EYE, *topology.RIGHT_EYE),
    "brows": (*topology.LEFT_BROW, *topology.RIGHT_BROW),
}


def random_views(stand: Stand, seed: int = 0) -> Iterator[View]:
    for values in random_poses(seed):
        yield stand.view(values)


def random_poses(seed: int = 0) -> Iterator[tuple[float, ...]]:
    """A number for each channel, POSES times."""
    chance = np.random.default_rng(seed)
    for _ in range(POSES):
        named = {n: float(chance.uniform(0, MOST)) for n in MOVED if chance.random() < 0.5}
        named["headYaw"] = float(chance.uniform(-YAW_DEG, YAW_DEG))
        named["headPitch"] = float(chance.uniform(-PITCH_DEG, PITCH_DEG))
        yield pose_values(named)


def error(view: View) -> float:
    """Mean distance in pixels; infinite where no face was found."""
    if view.seen is None:
        return float("inf")
    return float(np.linalg.norm(view.seen - view.geometry, axis=1).mean())


def compare(views: list[View], face_width: float) -> Landmarks:
    """*face_width*: in pixels of the views."""
    errors = [
        np.linalg.norm(seen - view.geometry, axis=1) / face_width
        for view in views
        if (seen := view.seen) is not None
    ]
    each = np.array(errors or [np.full(LANDMARKS, np.nan)])
    parts = {name: float(each[:, list(points)].mean()) for name, points in PARTS.items()}
    named = sorted({point for points in PARTS.values() for point in points})
    parts["other"] = float(np.delete(each, named, axis=1).mean())
    return Landmarks(
        poses=len(views),
        found=len(errors),
        nme=round(float(each.mean()), 5),
        nme_p95=round(float(np.percentile(each.mean(1), 95)), 5),
        parts={name: round(error, 5) for name, error in parts.items()},
    )
