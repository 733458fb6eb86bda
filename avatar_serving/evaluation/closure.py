"""What should touch touches, and no expression folds the face."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import pose
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.surface import face_surface, lid_pairs, lip_pairs
from avatar_serving.evaluation import measures
from avatar_serving.evaluation.results import Closure
from avatar_serving.evaluation.stand import Points, Stand
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE
from avatar_serving.media import ARKIT

SHUT_EYE = 0.012
"""The opening, in face widths, that the landmark model sees in eyes that are shut."""
FRONT_AREA = 1e-5
"""Twice the area, in face widths squared, over which a triangle counts as turned to the viewer."""


def closure(stand: Stand) -> Closure:
    neutral = stand.geometry(pose_values({}))
    closed = stand.geometry(pose_values({"jawOpen": 0.5, "mouthClose": 0.5}))
    blink = stand.geometry(pose_values({"eyeBlink": 1.0}))
    eyes = [*lid_pairs(RIGHT_EYE), *lid_pairs(LEFT_EYE)]
    flips, shape = _flips(stand)
    return Closure(
        lips_neutral=_widest(neutral, lip_pairs(), stand),
        lips_jaw_closed=_widest(closed, lip_pairs(), stand),
        lids_blink=_widest(blink, eyes, stand),
        blink_seen=_blink_seen(stand),
        flips=round(flips, 5),
        flips_in=shape,
    )


def _widest(points: Points, pairs: list[tuple[int, int]], stand: Stand) -> float:
    upper, lower = np.array(pairs).T
    gaps = points[lower, 1] - points[upper, 1]
    return round(float(max(gaps.max(), 0.0)) / stand.face_width, 5)


def _blink_seen(stand: Stand) -> float | None:
    """0: not at all; 1: down to the opening that shut eyes are seen with."""
    opened = stand.view(pose_values({})).seen
    shut = stand.view(pose_values({"eyeBlink": 1.0})).seen
    if opened is None or shut is None:
        return None
    before, after = (measures.eye_opening(p) / stand.face_width for p in (opened, shut))
    return round(min(1.0, (before - after) / max(before - SHUT_EYE, 1e-6)), 4)


def _flips(stand: Stand) -> tuple[float, str]:
    """The largest share of front triangles that turn over, and in which shape."""
    front = _areas(stand, pose_values({})) > FRONT_AREA
    worst, where = 0.0, ""
    for shape in ARKIT:
        areas = _areas(stand, pose_values({shape: 1.0}))
        share = float((areas[front] < -FRONT_AREA).mean())
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
