"""The side of a face that a half-turned photo hardly shows, completed by the side that it does.

Over the poorly seen skin lies a sheet with a picture of the face unrolled, in which the other side
is mirrored. `photo` takes it behind the skin.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from avatar_serving.avatars.basis import face_basis
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.hair import Hair, without_hair
from avatar_serving.avatars.outside import step
from avatar_serving.avatars.rig import MORPHS, Floats, Part
from avatar_serving.avatars.strips import Strip
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.textures import FAINT, Pixels, grown, to_pixels
from avatar_serving.avatars.unrolled import MARGIN_PX, unrolled_face
from avatar_serving.faces.topology import LEFT_BROW, LEFT_EYE, RIGHT_BROW, RIGHT_EYE

Triangles = NDArray[np.int32]
POOR = (0.6, 0.3)
"""Cosines of the angle to the viewer below which skin is seen poorly, and hardly at all."""
BETTER = (0.1, 0.35)
"""By how much the other side's must be larger to be of use, and to be trusted."""
DOUBT = (0.9, 0.6)
"""Cosines between which what is unlike the other side begins to be taken for something else than
skin: what is seen better is the person's own, however unlike."""
LEAST = 0.5
"""Share of the worst seen skin that must come from the other side for it to be worth it."""
SOFT = 3
"""Over how many triangles what is seen poorly goes over into what is seen well."""
AXIS_CM = 4.0
"""How far behind the origin of the canonical face the axis lies that it is unrolled about."""
HAIRLESS = 0.2
"""How much of the skin may be made up where there is still some of the hair before it."""
EDGE = 1 / 100
"""Over what distance skin goes over into what was made up below hair, in picture sides."""
NEARER = 0.0005
"""How far before the skin the sheet lies, in image units."""


@dataclass(frozen=True, slots=True, eq=False)
class FarSide:
    """Of the refined face, whose vertices are *n*."""

    unseen: Floats
    """(n,), 0..1: how much the sheet shows there."""
    made_up: Floats
    """(n,), 0..1: how much of that is made up. On the outline, where the sheet ends softly, it is
    more than is shown."""
    normals: Floats
    """(n, 3)"""
    triangles: Triangles
    """(m, 3): those with something to complete."""
    pixels: Floats
    """(n, 2): where each vertex is in *picture*."""
    picture: Pixels
    """(h, w, 4): the face unrolled, its middle in the middle."""


def completed(
    fitted: Fit, photo: Pixels, hair: Hair | None, *, glasses: bool = False
) -> tuple[FarSide | None, Hair | None]:
    """What completes the far side of a face that is half turned, and the *hair* beside that.
    *photo* (size, size, 4): the person cut out; *glasses*: are worn."""
    if hair is None:
        return far_side(fitted, photo, glasses=glasses), None
    bare = np.dstack([without_hair(photo, _softened_below(hair)), photo[..., 3]])
    far = far_side(fitted, bare, glasses=glasses)
    return far, hair if far is None else beside(hair, far, fitted)


def _softened_below(hair: Hair) -> Hair:
    """*hair* over skin that is made up from a little beside it on: where the hair that hides its
    edge is not mirrored with it, the edge would show."""
    reach = round(EDGE * len(hair.hidden))
    near = grown(hair.hidden > FAINT, 2 * reach).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(near, (0, 0), reach), np.float32)
    return replace(hair, hidden=np.maximum(hair.hidden, soft))


def far_side(fitted: Fit, photo: Pixels, *, glasses: bool = False) -> FarSide | None:
    """*photo* (size, size, 4): the person cut out. None where both sides are seen alike. What is
    unlike the other side behind *glasses* is what they reflect and bend, and is the person's."""
    surface = face_surface()
    points = surface.refined(face_basis().points.astype(np.float64))
    rest = surface.refined(fitted.rest)
    normals = _normals(rest, surface.triangles)
    facing = normals[:, 2]
    mirrored = facing[KDTree(points).query(points * (-1, 1, 1))[1]]
    poor = step((POOR[0] - facing) / (POOR[0] - POOR[1]))
    better = step((mirrored - facing - BETTER[0]) / (BETTER[1] - BETTER[0]))
    if (poor * better).max() < LEAST:
        return None
    used = (better[surface.triangles] > 0).any(1)
    chart = _unrolled(points) * fitted.scale * len(photo)
    seen = _softened(1 - poor * better, surface.triangles)
    doubt = np.minimum(2 * better, 1) * step((DOUBT[0] - facing) / (DOUBT[0] - DOUBT[1]))
    if glasses:
        doubt = np.zeros_like(doubt)
    values = np.column_stack([to_pixels(rest, len(photo)), seen, doubt, _forehead(points)])
    pixels, picture, made_up = unrolled_face(chart, values, photo, surface.oval)
    column, row = np.clip(pixels.astype(int), 0, np.array(picture.shape[1::-1]) - 1).T
    unseen = picture[row, column, 3] / np.float32(255)
    if not unseen[surface.triangles[used]].any():
        return None
    return FarSide(unseen, made_up[row, column], normals, surface.triangles[used], pixels, picture)


def beside(hair: Hair, side: FarSide, fitted: Fit) -> Hair:
    """*hair* without what lies over the far side of the face: drawn out over it, it would hide it
    when the head turns."""
    photo = to_pixels(face_surface().refined(fitted.rest), len(hair.share))
    corners = np.round((photo - 0.5) * 16).astype(np.int32)[side.triangles]
    seen = np.ones_like(hair.share, np.float32)
    shares = np.clip(1 - side.unseen[side.triangles].max(1) / HAIRLESS, 0, 1)
    for triangle, share in zip(corners, shares.tolist(), strict=True):
        cv2.fillConvexPoly(seen, triangle, (share,), cv2.LINE_8, 4)
    return replace(hair, share=hair.share * seen, hidden=hair.hidden * (seen == 1))


def build_far_side(side: FarSide, bare: Part) -> Strip:
    """*bare*: the skin, whose first vertices are the face's."""
    shown = side.triangles[(side.unseen[side.triangles] > 0).any(1)]
    used, places = np.unique(shown, return_inverse=True)
    pixels, ahead = side.pixels[used], side.normals[used] * NEARER
    low = np.floor(pixels.min(0)).astype(int) - MARGIN_PX
    high = np.ceil(pixels.max(0)).astype(int) + MARGIN_PX
    morphs = bare.morphs[:, used].copy()
    morphs[MORPHS.index("photo")] -= 2 * ahead
    return Strip(
        (bare.positions[used] + ahead).astype(np.float32), morphs,
        places.reshape(-1, 3).astype(np.int32), pixels - low,
        side.picture[low[1] : high[1], low[0] : high[0]],
    )  # fmt: skip


def _normals(points: Floats, triangles: Triangles) -> Floats:
    """(n, 3): of the surface at *points* (n, 3)."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    total = np.zeros(points.shape)
    for k in range(3):
        np.add.at(total, triangles[:, k], normal)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def _unrolled(points: Floats) -> Floats:
    """(n, 2), centimetres, y down: canonical *points* (n, 3) on a cylinder about the neck."""
    x, y, z = points.T
    deep = z + AXIS_CM
    return np.stack([np.arctan2(x, deep) * np.hypot(x, deep).mean(), -y], 1)


def _forehead(points: Floats) -> Floats:
    """(n,), 0..1: from eyes to brows canonical *points* (n, 3) become forehead."""
    y = points[:, 1]
    eye, brow = (y[list(rings)].max() for rings in (RIGHT_EYE + LEFT_EYE, RIGHT_BROW + LEFT_BROW))
    return step((y - eye) / (brow - eye))


def _softened(values: Floats, triangles: Triangles) -> Floats:
    """*values* (n,) of vertices, lowered to the mean of what is around them."""
    for _ in range(SOFT):
        mean, count = np.zeros_like(values), np.zeros_like(values)
        for k in range(3):
            np.add.at(mean, triangles[:, k], values[triangles].mean(1))
            np.add.at(count, triangles[:, k], 1)
        values = np.minimum(values, mean / np.maximum(count, 1))
    return values
