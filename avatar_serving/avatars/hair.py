"""Hair as a layer of its own: a sheet along the hairline that lies before the skin.

When the head turns, the sheet moves over forehead, temples and neck as hair does. What it hid is
completed skin. Deeper in the hair the sheet goes over into the head, whose colours are hair there.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats, Part
from avatar_serving.avatars.strips import GUTTER_PX, framed
from avatar_serving.avatars.textures import FAINT, Mask, Pixels, fill, grown, to_bytes

FRONTAL, LEAST_LIFT = (0.35, 0.75), 0.12
"""Cosines of the angle to the viewer from which on hair lies before the skin, and from which on it
does so by all of its thickness; the least share of it, that keeps the sheet before the skin."""
LEAST_SHARE = 0.05
"""Of what is less than this of a pixel nothing is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Hair:
    """All (size, size)."""

    share: Floats
    """0..1: how much of a pixel of the sheet is to be seen."""
    lift: Floats
    """How far before the skin it lies, in image units."""
    hidden: Floats
    """0..1: how much of what is below it is made up."""
    skin: Mask
    """What tells the colour of that."""


def with_hair(part: Part, bare: int, hair: Hair, size: int) -> Part:
    """*part*, whose first *bare* vertices are those of the photo of *size* pixels, with the sheet
    before it."""
    assert part.uv is not None and part.texture is not None
    pixels = part.uv[:bare] * np.array(part.texture.shape[1::-1])
    triangles = _covered(pixels, part.triangles[(part.triangles < bare).all(1)], hair.share)
    if not len(triangles):
        return part
    used, places = np.unique(triangles, return_inverse=True)
    corners = places.reshape(-1, 3).astype(np.int32)
    photo = part.texture[:size, :size]
    skin = without_hair(photo, hair)
    picture, corner = _sheet(photo, skin, hair.share, pixels[used])
    texture = np.concatenate([part.texture, np.zeros_like(part.texture[: len(picture)])])
    texture[len(part.texture) :, : picture.shape[1]] = picture
    below = np.array([0, len(part.texture)]) - corner + GUTTER_PX
    texture[:size, :size, :3] = skin
    raised = part.positions[used]
    column, row = np.clip(pixels[used].astype(int), 0, size - 1).T
    raised[:, 2] += hair.lift[row, column] * _fronts(part.positions[used], corners)
    uv = np.concatenate([part.uv * np.array(part.texture.shape[1::-1]), pixels[used] + below])
    return replace(
        part,
        positions=np.concatenate([part.positions, raised], dtype="f4"),
        morphs=np.concatenate([part.morphs, part.morphs[:, used]], 1),
        triangles=np.concatenate([part.triangles, corners + np.int32(len(part.positions))]),
        head=np.concatenate([part.head, part.head[used]]),
        uv=(uv / np.array(texture.shape[1::-1])).astype(np.float32),
        texture=texture,
    )


def _fronts(points: Floats, triangles: NDArray[np.int32]) -> Floats:
    """(n,), LEAST_LIFT..1: how far the surface at *points* faces the viewer. At the sides of a head
    hair does not lie before the skin but beside it."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for k in range(3):
        np.add.at(total, triangles[:, k], normal)
    facing = total[:, 2] / np.maximum(np.linalg.norm(total, axis=1), 1e-12)
    low, high = FRONTAL
    return np.clip((facing - low) / (high - low), LEAST_LIFT, 1)


def _covered(pixels: Floats, triangles: NDArray[np.int32], share: Floats) -> NDArray[np.int32]:
    """Of *triangles* those where something of the sheet shows."""
    size = len(share)
    near = grown(share > FAINT, 2)
    total = cv2.integral(near.astype(np.uint8))
    corners = pixels[triangles]
    low = np.clip(np.floor(corners.min(1)).astype(int), 0, size)
    high = np.clip(np.ceil(corners.max(1)).astype(int), 0, size)
    (x0, y0), (x1, y1) = low.T, high.T
    shown = total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0]
    return triangles[shown > 0]


def _sheet(photo: Pixels, skin: Pixels, share: Floats, pixels: Floats) -> tuple[Pixels, Floats]:
    """The sheet's picture with a gutter, and which pixel of the photo is its first. Over the *skin*
    (size, size, 3) it looks as the photo does."""
    size = len(photo)
    low = np.clip(np.floor(pixels.min(0)).astype(int), 0, size - 1)
    high = np.clip(np.ceil(pixels.max(0)).astype(int), low + 1, size - 2 * GUTTER_PX + low)
    rows, columns = slice(low[1], min(high[1], size)), slice(low[0], min(high[0], size))
    seen, part = photo[rows, columns], share[rows, columns]
    through = (seen[..., :3] - skin[rows, columns].astype(np.float32)) * (1 - part[..., None])
    hair = seen[..., :3] + through / np.maximum(part[..., None], LEAST_SHARE)
    return framed(np.dstack([to_bytes(hair), to_bytes(seen[..., 3] * part)])), low


def without_hair(photo: Pixels, hair: Hair) -> Pixels:
    """The colours of *photo* with skin below the sheet."""
    seen = photo[..., :3].astype(np.float32)
    skin = fill(seen, hair.skin.astype(np.float32))
    return to_bytes(seen + (skin - seen) * hair.hidden[..., None])
