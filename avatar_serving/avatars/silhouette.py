"""The outline of a face where the picture has it.

The far cheek of a turned face ends before what is behind it, and landmarks lie a little inside of
that edge: a few pixels of cheek would be taken for hair beside it, and be lost.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.spatial.distance import cdist

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.overhang import covered_by
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.textures import Mask, Pixels, grown, shrunk, to_pixels

FURTHEST = 0.06
"""How far outside the landmarks the person's edge is looked for, in face widths: what ends further
out is hair, an ear or a neck."""
STEPS = 25
EDGE = 0.5
"""Matte of an edge."""
POINTS = 120
"""Of the outline that are looked at."""
EVENED = 2.0
"""Standard deviation over which what is found is evened along the outline, in POINTS."""
WITHIN = 0.06
"""How far inside its outline the face goes with it, in face widths: a standard deviation."""

OPAQUE, EDGE_PX, SPECK_PX = 250, 1, 3
"""Alpha of a person from which nothing behind shows through, how far inside that a face is solid,
and how small a hole in it is none."""


def out_to_silhouette(fitted: Fit, matte: Floats) -> Fit:
    """*fitted* with the outline of the face where that of the person is, as far as that is near.
    *matte* (size, size), 0..1."""
    size = len(matte)
    outline = _outline(fitted, size)
    width = float(np.ptp(outline[:, 0]))
    out = _outward(outline) * width
    moved = gaussian_filter1d(_beyond(outline, out, matte), EVENED, mode="wrap")
    if not moved.any():
        return fitted
    face = to_pixels(fitted.rest, size)
    share = np.exp(-0.5 * (cdist(face, outline) / (WITHIN * width)) ** 2)
    mean = share @ (out * moved[:, None]) / np.maximum(share.sum(1, keepdims=True), 1e-9)
    rest = fitted.rest.copy()
    rest[:, :2] += share.max(1, keepdims=True) * mean * (1, -1) / size
    return replace(fitted, rest=rest)


def solid_face(fitted: Fit, alpha: Pixels) -> Mask:
    """(size, size): the face a little inside its outline, eyes and mouth with it, where nothing
    behind shows through. *alpha* (size, size): of the person."""
    whole = np.zeros(alpha.shape, np.uint8)
    cv2.fillPoly(whole, [_contour(fitted, len(alpha))], (1,))
    return shrunk((whole > 0) & grown(alpha > OPAQUE, SPECK_PX), SPECK_PX + EDGE_PX)


def _contour(fitted: Fit, size: int) -> NDArray[np.int32]:
    """(k, 2): whole pixels along the edge of all that the face covers in a picture of *size*."""
    surface = face_surface()
    face = to_pixels(surface.refined(fitted.rest), size)
    mask = covered_by(face, surface.triangles, size).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(max(contours, key=len)[:, 0], np.int32)


def _outline(fitted: Fit, size: int) -> Floats:
    """(POINTS, 2): that edge, evenly."""
    ring = _contour(fitted, size) + 0.5
    ring = gaussian_filter1d(ring.astype(np.float64), len(ring) / POINTS, axis=0, mode="wrap")
    return ring[np.linspace(0, len(ring), POINTS, endpoint=False).astype(int)]


def _outward(outline: Floats) -> Floats:
    """(k, 2): unit normals of the closed *outline* (k, 2)."""
    along = np.roll(outline, -1, 0) - np.roll(outline, 1, 0)
    normal = np.stack([along[:, 1], -along[:, 0]], 1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    inward = ((outline - outline.mean(0)) * normal).sum() < 0
    return -normal if inward else normal


def _beyond(outline: Floats, out: Floats, matte: Floats) -> Floats:
    """(k,): how far beyond each point of the *outline* the person ends, in units of *out* (k, 2);
    0 where they do not within FURTHEST."""
    steps = np.linspace(0, FURTHEST, STEPS)
    places = outline[:, None] + out[:, None] * steps[:, None] - 0.5
    shown = map_coordinates(matte, np.moveaxis(places[..., ::-1], -1, 0), order=1, mode="nearest")
    ended = shown < EDGE
    first = ended.argmax(1)
    return np.where(ended.any(1) & (first > 0), steps[first], 0.0)
