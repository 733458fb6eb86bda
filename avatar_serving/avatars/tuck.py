"""Puts what is inside a head behind its skin, for viewers that know depth but no layers."""

from dataclasses import replace

import numpy as np

from avatar_serving.avatars.raster import FARTHEST, draw_textured
from avatar_serving.avatars.rig import Floats, Part, pose_part
from avatar_serving.media import CHANNELS

SIZE = 256
"""Side of the depth maps, in pixels."""
BEHIND = 0.004
"""How far behind the skin, in image squares."""
CLOSED: tuple[dict[str, float], ...] = (
    {},
    {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
)
"""Poses in which the skin hides as much as it ever does."""


def tucked(inner: Part, skin: Part, pivot: tuple[float, float, float]) -> Part:
    """*inner* with its vertices moved straight back where they would be seen through *skin*.

    From the front nothing changes, for a rig is looked at without perspective.
    """
    return replace(inner, positions=_behind(inner.positions, skin, pivot))


def _behind(places: Floats, skin: Part, pivot: tuple[float, float, float]) -> Floats:
    depth = np.full((SIZE, SIZE), np.inf, np.float32)
    for look in CLOSED:
        values = tuple(look.get(name, 0.0) for name in CHANNELS)
        seen = _depth(skin, pose_part(skin, pivot, values))
        depth = np.minimum(depth, np.where(seen > FARTHEST, seen, np.inf))
    pixels = (places[:, :2] * np.array([SIZE, -SIZE], np.float32) + SIZE / 2).astype(int)
    limit = np.full(len(places), np.inf, np.float32)
    for dx, dy in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
        x, y = (np.clip(pixels + (dx, dy), 0, SIZE - 1)).T
        limit = np.minimum(limit, depth[y, x])
    moved = places.copy()
    moved[:, 2] = np.minimum(places[:, 2], limit / SIZE - BEHIND)
    return moved


def _depth(skin: Part, posed: Floats) -> Floats:
    """(SIZE, SIZE): how near the skin is to the viewer, in pixels."""
    assert skin.uv is not None and skin.texture is not None
    height, width = skin.texture.shape[:2]
    texture = skin.texture
    if texture.shape[2] == 3:
        texture = np.dstack([texture, np.full((height, width), 255, np.uint8)])
    points = posed * np.array([SIZE, -SIZE, SIZE], np.float32)
    points += np.array([SIZE / 2, SIZE / 2, 0], np.float32)
    uv = np.ascontiguousarray(skin.uv * np.array([width, height]), np.float32)
    depth = np.full((SIZE, SIZE), FARTHEST, np.float32)
    out = np.zeros((SIZE, SIZE, 3), np.uint8)
    points = np.ascontiguousarray(points, np.float32)
    draw_textured(points, skin.triangles, uv, np.ascontiguousarray(texture), depth, out)
    return depth
