"""By how much a drawn head is turned, told from how its drawing moves.

A landmark model guesses depth from what faces it has seen, and reads half of a nod into that guess.
Here what is drawn at each landmark is followed by optical flow from step to step of a sweep. The
angles are those of the rotation that best takes the rig's own landmarks, which have depth, to where
they went: perspective-n-point with a robust loss, in weak perspective, as heads are drawn.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from avatar_serving.avatars.rig import pose
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation.stand import LANDMARKS, Points, Stand, View
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.pose import head_angles

FACING = 0.6
"""Cosine of the angle to the viewer from which skin of the unturned head is followed: it is still
seen when the head is turned."""
FAULT = 0.004
"""From how far off, in face widths, a followed place is rather taken for one that was lost."""

Floats = NDArray[np.float64]


def turned(stand: Stand, views: Sequence[View]) -> list[tuple[float, float, float]]:
    """Yaw, pitch and roll in degrees of each of *views*, an odd number of even steps of a sweep
    that has the unturned head in its middle."""
    head = pose(stand.rig, pose_values({})).skin[:LANDMARKS].astype(np.float64) * stand.size
    shown = _normals(head)[:, 2] > FACING
    places = followed(views, views[len(views) // 2].geometry[shown])
    return [angles_of(head[shown], place * (1, -1), stand.face_width) for place in places]


def followed(views: Sequence[View], start: Points) -> list[Points]:
    """Where *start* (n, 2), pixels of the middle view, is in each view."""
    middle = len(views) // 2
    later = _chain([view.picture for view in views[middle:]], start)
    earlier = _chain([view.picture for view in views[middle::-1]], start)
    return [*earlier[:0:-1], *later]


def _chain(pictures: Sequence[NDArray[np.uint8]], start: Points) -> list[Points]:
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    greys = [np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), np.uint8) for p in pictures]
    places = [start]
    for one, other in zip(greys, greys[1:], strict=False):
        moved = np.asarray(flow.calc(one, other, np.zeros((*one.shape, 2), "f4")), "f4")
        x, y = places[-1].astype(np.float32).T
        steps = [cv2.remap(moved[..., k], x, y, cv2.INTER_LINEAR).ravel() for k in range(2)]
        places.append(places[-1] + np.stack(steps, 1))
    return places


def angles_of(head: Floats, places: Floats, width: float) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of *head* (n, 3), y up, that is seen at *places* (n, 2).
    *width*: of the face in the same unit."""
    head, places = (head - head.mean(0)) / width, (places - places.mean(0)) / width

    def off(guess: Floats) -> Floats:
        turn = Rotation.from_rotvec(guess[:3]).as_matrix()
        return ((head @ turn[:2].T * guess[3] + guess[4:] - places) / FAULT).ravel()

    best = least_squares(off, np.array([0, 0, 0, 1.0, 0, 0]), loss="soft_l1").x
    return head_angles(Rotation.from_rotvec(best[:3]).as_matrix())


def _normals(points: Floats) -> Floats:
    """(468, 3): of the surface of the face at its landmarks."""
    a, b, c = (points[canonical_mesh()[2][:, k]] for k in range(3))
    total = np.zeros_like(points)
    for k in range(3):
        np.add.at(total, canonical_mesh()[2][:, k], np.cross(b - a, c - a))
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
