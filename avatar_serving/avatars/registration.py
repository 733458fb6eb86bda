"""Where the face landmarks lie on a head mesh: draw it, and let the landmark models look at it.

The models that look at people then also say which point of the mesh each landmark is, so that what
was sculpted for the mesh moves the same point of a person.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from avatar_serving.avatars.anny import AnnyHead
from avatar_serving.avatars.rig import Floats
from avatar_serving.errors import StageFailed
from avatar_serving.faces import FaceFinder
from avatar_serving.media import ARKIT

SIDE = 768
CENTRE = np.array([0.0, 7.2, 0.6], np.float32)
SPAN = 2.6
"""Decimetres across the picture."""
VIEWS: tuple[dict[str, float], ...] = (
    {"jawOpen": 0.25},
    {"jawOpen": 0.35},
    {"jawOpen": 0.3, "eyeWideLeft": 0.7, "eyeWideRight": 0.7},
    {"jawOpen": 0.25, "mouthSmileLeft": 0.3, "mouthSmileRight": 0.3},
)
"""Expressions to look at: lips and lids apart, so that upper and lower edges cannot be confused."""
SKIN, WHITE, DARK = (235, 190, 165), (245, 245, 245), (60, 40, 30)
BEHIND = (120, 140, 160)
LIGHT = np.array([0.25, 0.5, 0.83], np.float32)
SUBPIXEL = 4


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """Each landmark as a point of a triangle."""

    corners: NDArray[np.int32]
    """(468, 3) vertices."""
    shares: Floats
    """(468, 3) barycentric."""

    def of(self, values: Floats) -> Floats:
        """What *values* (vertices, 3) are at the landmarks: (468, 3)."""
        return np.einsum("lkd,lk->ld", values[self.corners], self.shares)


def register(head: AnnyHead) -> list[Registration]:
    """One for each view. Average what they say of a quantity."""
    finder = FaceFinder()
    outside = _outside(head)
    return [_look(head, view, finder, outside) for view in VIEWS]


def _look(
    head: AnnyHead, view: dict[str, float], finder: FaceFinder, outside: NDArray[np.int32]
) -> Registration:
    shown = head.vertices + sum(
        (head.units[ARKIT.index(name)] * weight for name, weight in view.items()),
        np.zeros_like(head.vertices),
    )
    picture, _ = _draw(head, shown)
    faces = finder.find(picture)
    if not faces:
        raise StageFailed("reconstruct", "the landmark models do not recognise the head mesh")
    return _nearest(_project(shown), head.skin[outside], faces[0].landmarks[:468, :2])


def _outside(head: AnnyHead) -> NDArray[np.int32]:
    """Triangles of the skin that show while mouth is closed: not the inside of the mouth."""
    _, seen = _draw(head, head.vertices)
    return np.unique(seen[(seen >= 0) & (seen < len(head.skin))])


def _project(vertices: Floats) -> Floats:
    """To pixels (n, 2)."""
    flat = (vertices - CENTRE)[:, :2] * (SIDE / SPAN)
    return flat * np.array([1, -1], np.float32) + SIDE / 2


def _draw(head: AnnyHead, vertices: Floats) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """A shaded picture, and which triangle (skin, then eyes) shows at each pixel, -1 for none.

    Painter's algorithm, far to near.
    """
    triangles = np.concatenate([head.skin, head.eyes])
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
    colours = _colours(len(head.skin), (a + b + c) / 3, head, vertices)
    colours *= (0.25 + 0.75 * np.clip(normals @ LIGHT, 0, 1))[:, None]
    corners = np.round(_project(vertices)[triangles] * 2**SUBPIXEL).astype(np.int32)
    picture = np.full((SIDE, SIDE, 3), BEHIND, np.uint8)
    seen = np.full((SIDE, SIDE), -1, np.int32)
    facing = np.flatnonzero(normals[:, 2] > 0)
    for i in facing[np.argsort((a + b + c)[facing, 2])]:
        cv2.fillConvexPoly(picture, corners[i], colours[i].tolist(), cv2.LINE_8, SUBPIXEL)
        cv2.fillConvexPoly(seen, corners[i], (int(i),), cv2.LINE_8, SUBPIXEL)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.2), np.uint8), seen


def _colours(skin: int, centres: Floats, head: AnnyHead, vertices: Floats) -> Floats:
    colours = np.empty((len(centres), 3), np.float32)
    colours[:skin], colours[skin:] = SKIN, WHITE
    balls = vertices[np.unique(head.eyes)]
    for side in (balls[balls[:, 0] > 0], balls[balls[:, 0] < 0]):
        middle = (side.min(0) + side.max(0)) / 2
        near = np.linalg.norm((centres - middle)[:, :2], axis=1) < 0.065
        near[:skin] = False
        colours[near] = DARK
    return colours


def _nearest(pixels: Floats, triangles: NDArray[np.int32], points: Floats) -> Registration:
    """The point of the drawn *triangles* nearest to each of *points*."""
    corners = pixels[triangles]
    _, candidates = KDTree(corners.mean(1)).query(points, k=12)
    a, b, c = (corners[candidates][:, :, k] for k in range(3))
    shares = _barycentric(a, b, c, points[:, None])
    shares = np.clip(shares, 0, None)
    shares /= shares.sum(-1, keepdims=True)
    found = shares[..., :1] * a + shares[..., 1:2] * b + shares[..., 2:] * c
    best = np.linalg.norm(found - points[:, None], axis=-1).argmin(1)
    rows = np.arange(len(points))
    chosen = np.asarray(candidates)[rows, best]
    return Registration(triangles[chosen], shares[rows, best].astype(np.float32))


def _barycentric(a: Floats, b: Floats, c: Floats, p: Floats) -> Floats:
    def cross(u: Floats, v: Floats) -> Floats:
        return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]

    area = cross(b - a, c - a)
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    second, third = cross(p - a, c - a) / area, cross(b - a, p - a) / area
    return np.stack([1 - second - third, second, third], -1)
