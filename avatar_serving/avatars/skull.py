"""The head that a face is part of: the sculpted one, brought to a person's face and outline.

Seen from the middle of the face it is star-shaped, so it is kept as profiles: for each direction in
the picture how the surface runs back from the face's outline to the silhouette. Hair is the same
surface drawn out to where the person ends.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates, median_filter
from scipy.spatial.distance import cdist

from avatar_serving.avatars.basis import face_basis
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.raster import FARTHEST, draw_coloured
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Mask, to_pixels

SIZE = 256
"""Side of the depth maps, in pixels."""
DIRECTIONS, STEPS = 144, 32
"""Of the profiles."""
RAYS, FURTHEST = 320, 0.75
"""Samples of a ray from the middle of the face, and its length in image units."""
NEAR = 0.06
"""Over how much a landmark decides about the head around it, in face widths."""
SOLID = 0.9
"""Matte within the person's outline."""
MOST_HAIR, LEAST_HEAD = 1.7, 0.8
"""How far an outline may lie from the bare head, in its radii."""
UPWARDS = (-0.35, 0.1)
"""Sines of the directions between which the outline goes over from neck and jaw, which the bare
head explains, to hair."""
DEEPEST = 0.6
"""How far behind the rim anything lies at most, in face widths."""
EVEN = 9
"""Directions over which the depth is evened out: hair hangs over ears and jaws without a bend."""
EAR = 0.12
"""What is less thick than this is no skull, in face widths."""


@dataclass(frozen=True, slots=True, eq=False)
class Skull:
    """Image square units, directions counter-clockwise from the image's right."""

    middle: Floats
    """(2,) of the face."""
    rim: Floats
    """(DIRECTIONS,) how far away the outline of the face is."""
    edge: Floats
    """(DIRECTIONS,) how far away the head ends, with its hair."""
    solid: Floats
    """(DIRECTIONS,) as far there is nothing but skull and hair: no flap of an ear, and nothing that
    the background shines through."""
    drop: Floats
    """(DIRECTIONS, STEPS): how far behind the rim the surface lies, from there to the edge."""

    def behind(self, points: Floats) -> Floats:
        """How far behind the rim of the face the surface lies at *points* (n, 2) around it."""
        away = points - self.middle
        column = np.arctan2(away[:, 1], away[:, 0]) / (2 * np.pi) * DIRECTIONS
        rim, edge = (
            map_coordinates(radii, [column], order=1, mode="grid-wrap")
            for radii in (self.rim, self.edge)
        )
        share = (np.hypot(*away.T) - rim) / np.maximum(edge - rim, 1e-6)
        row = np.clip(share, 0, 1) * (STEPS - 1)
        return map_coordinates(self.drop, [column, row], order=1, mode="grid-wrap")


def skull(fitted: Fit, rim: Floats, matte: Floats) -> Skull:
    """*rim* (k, 3): the outline of the face; *matte* (size, size)."""
    width = float(np.ptp(rim[:, 0]))
    head = head_of(fitted, width)
    middle = (rim[:, :2].min(0) + rim[:, :2].max(0)) / 2
    front, back = _depth(head), -_depth(head * (1, 1, -1))
    radii = np.linspace(0, FURTHEST, RAYS)
    angles = np.arange(DIRECTIONS) / DIRECTIONS * 2 * np.pi
    way = np.stack([np.cos(angles), np.sin(angles)], 1)
    places = middle + way[:, None] * radii[:, None]
    at = _sampled(front, places)
    near = _ray_lengths(rim[:, :2], middle, angles)
    bare = np.maximum(radii[_last(at > FARTHEST)], near + 1e-3)
    thick = at - _sampled(back, places) > EAR * width * SIZE
    ears = np.clip(radii[_last(thick)] / bare, LEAST_HEAD, 1)
    sure = _first((_sampled(matte, places) < SOLID) & (radii > LEAST_HEAD * near[:, None]))
    edge = _outline(_sampled(matte, places), radii, bare, way[:, 1])
    edge = np.maximum(edge, near + 1e-3)
    solid = np.clip(radii[sure], LEAST_HEAD * near, np.maximum(edge * ears, near))
    drop = _drop(_without_gaps(at) / SIZE, near, bare)
    return Skull(middle, near, edge, solid, _even(np.minimum(drop, DEEPEST * width)))


def _drop(depth: Floats, near: Floats, bare: Floats) -> Floats:
    """(DIRECTIONS, STEPS): how far behind its beginning a surface lies between the radii *near* and
    *bare*; *depth* (DIRECTIONS, RAYS) along the rays. It never comes forward again."""
    along = near[:, None] + (bare - near)[:, None] * np.linspace(0, 1, STEPS)
    rows = np.repeat(np.arange(DIRECTIONS)[:, None], STEPS, 1)
    profile = map_coordinates(depth, [rows, along / FURTHEST * (RAYS - 1)], order=1)
    return np.maximum.accumulate(profile[:, :1] - profile, 1)


def _even(drop: Floats) -> Floats:
    smooth = median_filter(drop, (EVEN, 1), mode="wrap")
    return gaussian_filter1d(smooth, EVEN / 2, axis=0, mode="wrap")


def head_of(fitted: Fit, width: float) -> Floats:
    """The vertices of the head (n, 3) in the image, drawn to where the landmarks are. *width*: of
    the face."""
    basis = face_basis()
    head, marks = fitted.place(basis.head), fitted.place(basis.head_marks)
    near = 1 / (cdist(head, marks) + NEAR * width) ** 3
    return head + near / near.sum(1, keepdims=True) @ (fitted.rest - marks)


def silhouette(head: Floats, size: int) -> Mask:
    """(size, size): where the *head* (n, 3) is in the picture."""
    covered = (_depth(head) > FARTHEST).astype(np.float32)
    return cv2.resize(covered, (size, size), interpolation=cv2.INTER_LINEAR) > 0.5


def _depth(points: Floats) -> Floats:
    """(SIZE, SIZE): how near to the viewer the head *points* (n, 3) is, in pixels; FARTHEST where
    it is not."""
    pixels = np.column_stack([to_pixels(points, SIZE), points[:, 2] * SIZE])
    depth = np.full((SIZE, SIZE), FARTHEST, np.float32)
    out = np.zeros((SIZE, SIZE, 3), np.uint8)
    pixels = np.ascontiguousarray(pixels, np.float32)
    draw_coloured(pixels, face_basis().head_triangles, np.zeros_like(pixels), depth, out)
    return depth


def _sampled(picture: Floats, places: Floats) -> Floats:
    """The pixels of a square *picture* nearest to *places* (..., 2)."""
    size = len(picture)
    column, row = np.clip(to_pixels(places.reshape(-1, 2), size).astype(int), 0, size - 1).T
    return picture[row, column].reshape(places.shape[:-1])


def _last(inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Of each ray the last sample that is *inside*."""
    return RAYS - 1 - inside[:, ::-1].argmax(1)


def _first(outside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Of each ray the first sample that is *outside*."""
    return np.where(outside.any(1), outside.argmax(1), RAYS - 1)


def _without_gaps(depth: Floats) -> Floats:
    """*depth* (k, RAYS) with what was last met where a ray meets nothing."""
    met = np.where(depth > FARTHEST, np.arange(RAYS), 0)
    return np.take_along_axis(depth, np.maximum.accumulate(met, 1), 1)


def _ray_lengths(rim: Floats, middle: Floats, angles: Floats) -> Floats:
    """How far the *rim* (k, 2) is from *middle* in each direction."""
    away = rim - middle
    angle = np.arctan2(away[:, 1], away[:, 0])
    order = np.argsort(angle)
    return np.interp(angles, angle[order], np.hypot(*away[order].T), period=2 * np.pi)


def _outline(matte: Floats, radii: Floats, bare: Floats, upwards: Floats) -> Floats:
    """(DIRECTIONS,): where the head ends, by the *matte* (DIRECTIONS, RAYS) along the rays."""
    first = np.searchsorted(radii, LEAST_HEAD * bare)
    beyond = (matte < SOLID) & (np.arange(RAYS) >= first[:, None])
    seen = np.clip(radii[_first(beyond)], LEAST_HEAD * bare, MOST_HAIR * bare)
    low, high = UPWARDS
    share = np.clip((upwards - low) / (high - low), 0, 1)
    share = share**2 * (3 - 2 * share)
    edge = seen * share + bare * (1 - share)
    return gaussian_filter1d(median_filter(edge, 5, mode="wrap"), 1.5, mode="wrap")
