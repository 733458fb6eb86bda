"""A turned face hides its own outline: a brow or a cheek is before it. What goes on from there,
hair or neck, must not show the picture of that cheek a second time when the head turns back."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats, Part
from avatar_serving.avatars.surface import FaceSurface
from avatar_serving.avatars.textures import Mask, grown, polygon_mask, shrunk

THIN, CLEAR = 1 / 500, 1 / 250
"""What is narrower is no overhang; how far from it a picture begins; in picture sides."""
FURTHEST = 0.25
"""How far a place is moved at most, in picture sides."""


def without_overhang(part: Part, surface: FaceSurface) -> Part:
    """The bare skin *part*, whose first vertices are those of the *surface*. Points of the face's
    outline whose picture differs from inside to outside become two."""
    assert part.uv is not None and part.texture is not None
    size, face = len(part.texture), np.arange(surface.points)
    pixels = part.uv * size
    outer = np.concatenate([surface.oval, np.arange(len(face), len(pixels))])
    moved = clear_of_face(
        pixels[outer], pixels[face], surface.triangles, pixels[surface.oval], size
    )
    split = np.flatnonzero((moved != pixels[outer]).any(1)[: len(surface.oval)])
    twins = np.arange(len(pixels))
    twins[surface.oval[split]] = len(pixels) + np.arange(len(split))
    uv = np.concatenate([part.uv, moved[split] / size]).astype(np.float32)
    uv[len(face) : len(pixels)] = moved[len(surface.oval) :] / size
    triangles = part.triangles.copy()
    outside = (triangles >= len(face)).any(1)
    triangles[outside] = twins[triangles[outside]]
    both = np.append(np.arange(len(pixels)), surface.oval[split])
    return replace(
        part, positions=part.positions[both], morphs=part.morphs[:, both], head=part.head[both],
        triangles=triangles, uv=uv,
    )  # fmt: skip


def clear_of_face(
    pixels: Floats, face: Floats, triangles: NDArray[np.int32], oval: Floats, size: int
) -> Floats:
    """*pixels* (n, 2) on or outside the outline *oval* (k, 2) of a face, each moved away from its
    middle until it is clear of what of the *face* (m, 2) hangs over that. Of a picture of *size*
    pixels."""
    covered = covered_by(face, triangles, size)
    thin = max(1, round(THIN * size))
    over = grown(shrunk(covered & ~polygon_mask(oval, size), thin), 3 * thin)
    if not over.any():
        return pixels
    taken = grown(covered, round(CLEAR * size)) & grown(over, 2 * thin)
    middle = (oval.min(0) + oval.max(0)) / 2
    way = (pixels - middle) / np.maximum(np.linalg.norm(pixels - middle, axis=1), 1e-6)[:, None]
    steps = np.arange(round(FURTHEST * size))
    places = pixels[:, None] + way[:, None] * steps[:, None]
    column, row = np.moveaxis(np.clip(places.astype(int), 0, size - 1), -1, 0)
    inside = taken[row, column]
    hit = inside[:, : 3 * thin].any(1)
    last = np.where(hit, len(steps) - 1 - inside[:, ::-1].argmax(1), -1)
    return pixels + way * (last + 1)[:, None]


def covered_by(points: Floats, triangles: NDArray[np.int32], size: int) -> Mask:
    """(size, size): where any of *triangles* is."""
    mask = np.zeros((size, size), np.uint8)
    for corners in np.round((points - 0.5) * 16).astype(np.int32)[triangles]:
        cv2.fillConvexPoly(mask, corners, (1,), cv2.LINE_8, 4)
    return mask > 0
