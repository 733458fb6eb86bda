"""What should touch touches, and no expression folds the face."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import PortraitRig, pose
from avatar_serving.avatars.sheet import BESIDE, pose_values
from avatar_serving.avatars.surface import face_surface, lid_pairs, lip_pairs
from avatar_serving.evaluation import measures
from avatar_serving.evaluation.eyeballs import Eyeballs
from avatar_serving.evaluation.results import Closure
from avatar_serving.evaluation.stand import Points, Stand
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE
from avatar_serving.media import ARKIT

FRONT_AREA = 1e-5
"""Twice the area, in face widths squared, from which a triangle counts as turned to the viewer, or
away."""


def closure(stand: Stand, seen: float | None) -> Closure:
    """*seen*: how far a blink is seen to close the eyes."""
    neutral = stand.geometry(pose_values({}))
    closed = stand.geometry(pose_values({"jawOpen": 0.5, "mouthClose": 0.5}))
    blink = stand.geometry(pose_values({"eyeBlink": 1.0}))
    eyes = [*lid_pairs(RIGHT_EYE), *lid_pairs(LEFT_EYE)]
    folded, shape = _folded(stand)
    return Closure(
        lips_neutral=_widest(neutral, lip_pairs(), stand),
        lips_jaw_closed=_widest(closed, lip_pairs(), stand),
        lids_blink=_widest(blink, eyes, stand),
        eyes_left=eyes_left(stand.rig, stand.size),
        blink_seen=seen,
        folded=round(folded, 5),
        folded_in=shape,
    )


def _widest(points: Points, pairs: list[tuple[int, int]], stand: Stand) -> float:
    upper, lower = np.array(pairs).T
    gaps = points[lower, 1] - points[upper, 1]
    return round(float(max(gaps.max(), 0.0)) / stand.face_width, 5)


def eyes_left(rig: PortraitRig, size: int) -> float:
    """Told by drawings of *size* pixels a side."""
    eyeballs = Eyeballs(rig, size)
    opened, shut = (eyeballs.shown(pose_values({"eyeBlink": share})) for share in (0.0, 1.0))
    return round(shut / max(opened, 1.0), 4)


def blink_seen(stand: Stand) -> float | None:
    """0: not at all; 1: until no opening is seen."""
    opened = stand.view(pose_values({})).seen
    shut = stand.view(pose_values({"eyeBlink": 1.0})).seen
    if opened is None or shut is None:
        return None
    before, after = measures.eye_opening(opened), measures.eye_opening(shut)
    return round(1 - after / max(before, 1e-6), 4)


def _folded(stand: Stand) -> tuple[float, str]:
    """The largest share of the face that lies folded over, and in which shape."""
    neutral = _areas(stand, pose_values({}))
    front = neutral > FRONT_AREA
    worst, where = 0.0, ""
    for shape in ARKIT:
        areas = _areas(stand, pose_values(BESIDE.get(shape, {}) | {shape: 1.0}))
        share = float(-areas[front & (areas < -FRONT_AREA)].sum() / neutral[front].sum())
        if share > worst:
            worst, where = share, shape
    return worst, where


def _areas(stand: Stand, values: tuple[float, ...]) -> NDArray[np.float64]:
    """Twice the signed area of each face triangle as seen, in face widths squared."""
    unit = stand.face_width / stand.size
    points = pose(stand.rig, values).skin[:, :2].astype(np.float64) / unit
    a, b, c = points[face_surface().triangles].transpose(1, 0, 2)
    (x1, y1), (x2, y2) = (b - a).T, (c - a).T
    return x1 * y2 - y1 * x2
