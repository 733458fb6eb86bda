"""The side of a head that a half-turned photo does not show: ear, temple and hair of the near side,
mirrored, behind the far outline of the face."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.mirror import Mirror, mirror_of, twins
from avatar_serving.avatars.outside import step
from avatar_serving.avatars.rig import MORPHS, Floats, Part
from avatar_serving.avatars.strips import GUTTER_PX, framed
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.textures import Pixels, to_bytes, to_pixels
from avatar_serving.faces.topology import CHIN, LEFT_BROW, RIGHT_BROW

TURNED, ASIDE = 0.12, 0.5
"""Sines of the turns of a head whose far side is completed: seen nearly from before it is its own,
seen nearly from the side little is known of its shape."""
FOLLOWS = 0.98
"""What follows the head less is neck, and has no far side."""
BEGINS, WHOLE = 0.3, 0.4
"""From where to where, from the middle of a head, its side appears, in face widths: the face is
before it."""
LOWEST, EARS = 0.3, 0.42
"""From where to where above the chin it appears, in heights of the brows above the
chin: below are collars."""
SUNK = 0.04
"""How far below the face it lies, in face widths."""
HAIR, LENS = 0.1, 0.35
"""Where there is so much beyond the far outline, in face widths, there is hair, and no ear; and no
lens."""
BEHIND, FAR_BEHIND = 0.25, 0.5
"""How far behind the face the far edge is put away, in face widths, and how far a lens."""
NEAR = 0.06
"""Over how much a landmark decides about what is around it, in face widths."""
UPPER, OVER_LENS = 0.9, 1.2
"""Above this, in heights of the brows above the chin, what the photo shows beyond the far outline
stays: hair, a hat; where lenses reach higher."""
CHEEKS = (0.2, 0.42)
"""Between which distances from the middle of a face its light is compared, in face widths."""
GAIN = (0.4, 2.5)
"""Of the light on the far side to that on the near one, where the one tells how the other looks."""


def with_far_head(part: Part, bare: Part, fitted: Fit, *, glasses: bool = False) -> Part:
    """*part*, whose first vertices are those of the *bare* skin, with the far side of its head, to
    be drawn before. The same where the photo shows that; where it shows *glasses* from the side,
    without the lens beyond the far cheek, for a mirrored one is before the eye."""
    assert bare.texture is not None and bare.uv is not None and part.texture is not None
    mirror = mirror_of(fitted)
    alpha = bare.texture[..., 3]
    if glasses and mirror.normal[2] >= ASIDE and not _has_hair(fitted, mirror, alpha, LENS):
        return _without_far_edge(part, bare, fitted, mirror, OVER_LENS, FAR_BEHIND)
    if not TURNED < mirror.normal[2] < ASIDE or _has_hair(fitted, mirror, alpha, HAIR):
        return part
    gain = _gain(fitted, mirror, bare.texture)
    if not GAIN[0] < gain.min() <= gain.max() < GAIN[1]:
        return part
    shown = _shown(bare, fitted, mirror)
    triangles = bare.triangles[(shown[bare.triangles] > 0).any(1)]
    if not len(triangles):
        return part
    alpha = _drawn(bare, triangles, shown) * bare.texture[..., 3].astype(np.float32)
    colours: Floats = bare.texture[..., :3] * gain.astype(np.float32)
    picture = np.dstack([to_bytes(colours), to_bytes(alpha)])
    used, places = np.unique(triangles, return_inverse=True)
    corners = places.reshape(-1, 3)[:, ::-1].astype(np.int32)
    positions = _far_positions(bare.positions[used], mirror, fitted)
    part = _without_far_edge(part, bare, fitted, mirror, UPPER, BEHIND)
    return _before(part, positions, bare.head[used], corners, bare.uv[used], picture)


def _has_hair(fitted: Fit, mirror: Mirror, alpha: NDArray[np.uint8], beyond: float) -> bool:
    """Whether the photo shows more than skin so far *beyond* the far outline of the face, in face
    widths."""
    surface, size = face_surface(), len(alpha)
    rim = surface.refined(fitted.rest)[surface.oval]
    width = float(np.ptp(fitted.rest[:, 0]))
    high = _height(rim, fitted, mirror)
    far = rim[(mirror.away(rim) < -BEGINS * width) & (high > LOWEST) & (high < 1)]
    outwards = -mirror.normal[:2] / np.linalg.norm(mirror.normal[:2])
    places = to_pixels(far[:, :2] + beyond * width * outwards, size)
    column, row = np.clip(places.astype(int), 0, size - 1).T
    return bool(not len(far) or (alpha[row, column] > 127).mean() > 0.5)


def _gain(fitted: Fit, mirror: Mirror, photo: Pixels) -> Floats:
    """(3,): of the light on the far side of the face to that on the near one."""
    away = mirror.away(fitted.rest) / float(np.ptp(fitted.rest[:, 0]))
    near = np.flatnonzero((away > CHEEKS[0]) & (away < CHEEKS[1]))
    far, own = (
        np.median(photo[row, column, :3].astype(float), 0)
        for column, row in (
            np.clip(to_pixels(fitted.rest[at], len(photo)).astype(int), 0, len(photo) - 1).T
            for at in (twins()[near], near)
        )
    )
    return far / np.maximum(own, 1)


def _without_far_edge(
    part: Part, bare: Part, fitted: Fit, mirror: Mirror, upper: float, behind: float
) -> Part:
    """*part*, whose little of the far ear that the photo shows is behind the face but for `photo`:
    drawn out over the ear that is mirrored, it would hide it. So is all else up to *upper*, in
    heights of the brows above the chin; *behind*: how far, in face widths."""
    count, photo = len(bare.positions), MORPHS.index("photo")
    high = _height(bare.positions, fitted, mirror)
    outer = np.arange(count) >= face_surface().points
    gone = outer & (mirror.away(bare.positions) < 0) & (high > LOWEST) & (high < upper)
    width = float(np.ptp(fitted.rest[:, 0]))
    inwards = mirror.normal - np.array([0, 0, 1])
    move = np.zeros_like(part.positions)
    move[:count] = gone[:, None] * inwards * behind * width
    morphs = part.morphs.copy()
    morphs[photo] -= move
    return replace(part, positions=(part.positions + move).astype(np.float32), morphs=morphs)


def _height(points: Floats, fitted: Fit, mirror: Mirror) -> Floats:
    """(n,): 0 at the chin, 1 at the brows."""
    brows = (fitted.rest[list(RIGHT_BROW + LEFT_BROW)] @ mirror.up).max()
    chin = fitted.rest[CHIN] @ mirror.up
    return (points @ mirror.up - chin) / (brows - chin)


def _shown(bare: Part, fitted: Fit, mirror: Mirror) -> Floats:
    """(n,), 0..1: what of the *bare* skin is mirrored."""
    width = float(np.ptp(fitted.rest[:, 0]))
    aside = step((mirror.away(bare.positions) / width - BEGINS) / (WHOLE - BEGINS))
    above = step((_height(bare.positions, fitted, mirror) - LOWEST) / (EARS - LOWEST))
    return aside * above * (bare.head > FOLLOWS)


def _far_positions(points: Floats, mirror: Mirror, fitted: Fit) -> Floats:
    """*points* (n, 3) of the near side where they are on the far one, a little below its skin."""
    off = fitted.rest[twins()] - mirror.flipped(fitted.rest)
    width = float(np.ptp(fitted.rest[:, 0]))
    near = 1 / (cdist(points, fitted.rest) + NEAR * width) ** 3
    inwards = mirror.normal - np.array([0, 0, 1])
    return mirror.flipped(points) + near / near.sum(1, keepdims=True) @ off + SUNK * width * inwards


def _drawn(bare: Part, triangles: NDArray[np.int32], values: Floats) -> Floats:
    """(size, size): *values* (n,) of vertices in the photo, by triangles, softened."""
    assert bare.texture is not None and bare.uv is not None
    size = len(bare.texture)
    out = np.zeros((size, size), np.float32)
    corners = np.round((bare.uv * size - 0.5) * 16).astype(np.int32)[triangles]
    for triangle, value in zip(corners, values[triangles].mean(1).tolist(), strict=True):
        cv2.fillConvexPoly(out, triangle, (value,), cv2.LINE_8, 4)
    return np.asarray(cv2.GaussianBlur(out, (0, 0), size / 150), np.float32)


def _before(
    part: Part, positions: Floats, head: Floats, triangles: NDArray[np.int32], uv: Floats,
    picture: Pixels,
) -> Part:  # fmt: skip
    """*part* with a piece that is drawn before it, whose *uv* are in a *picture* (size, size, 4).
    `photo` takes it away."""
    assert part.uv is not None and part.texture is not None
    size, whole = len(picture), np.array(part.texture.shape[1::-1])
    low = np.clip(np.floor(uv.min(0) * size).astype(int), 0, size - 1)
    high = np.minimum(np.ceil(uv.max(0) * size).astype(int) + 1, low + size - 2 * GUTTER_PX)
    cut = framed(picture[low[1] : high[1], low[0] : high[0]])
    row = np.zeros((len(cut), size, 4), np.uint8)
    row[:, : cut.shape[1]] = cut
    texture = np.concatenate([part.texture, row])
    places = uv * size - low + GUTTER_PX + np.array([0, whole[1]])
    morphs = np.zeros((len(part.morphs), *positions.shape), np.float32)
    morphs[MORPHS.index("photo")] = positions.mean(0) - positions
    return replace(
        part,
        positions=np.concatenate([part.positions, positions], dtype="f4"),
        morphs=np.concatenate([part.morphs, morphs], 1),
        triangles=np.concatenate([triangles + np.int32(len(part.positions)), part.triangles]),
        head=np.concatenate([part.head, head], dtype="f4"),
        uv=(np.concatenate([part.uv * whole, places]) / texture.shape[1::-1]).astype(np.float32),
        texture=texture,
    )
