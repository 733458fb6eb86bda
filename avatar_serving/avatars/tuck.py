"""Puts what is inside a head behind its skin, for viewers that know depth but no layers.

Some of them sort anew as the face moves, others, such as LAM's player, once and for all by where
things are at rest. So it must lie behind the skin that comes before it in any shape both as the two
are then and as they are at rest: a shrug lifts a chin, which recedes, before the dark of the mouth,
which lies right behind a lip.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from avatar_serving.avatars.raster import FARTHEST, draw_textured
from avatar_serving.avatars.rig import Floats, Part, pose_part
from avatar_serving.media import ARKIT, CHANNELS

SIZE = 256
"""Side of the depth maps, in pixels."""
BEHIND = 0.004
"""How far behind the skin, in image squares."""
LOOKS: tuple[dict[str, float], ...] = (
    {},
    {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    *({name: 1.0} for name in ARKIT),
)


def tucked(
    inner: Sequence[Part], skin: Part, pivot: tuple[float, float, float]
) -> tuple[Part, ...]:
    """*inner* with their vertices moved straight back where they would be seen through *skin*.

    From the front nothing changes, for a rig is looked at without perspective.
    """
    back = [np.zeros(len(part.positions), np.float32) for part in inner]
    for look in LOOKS:
        values = tuple(look.get(name, 0.0) for name in CHANNELS)
        posed = pose_part(skin, pivot, values)
        moving, resting = _depth(skin, posed, posed), _depth(skin, posed, skin.positions)
        for part, far in zip(inner, back, strict=True):
            places = pose_part(part, pivot, values)
            np.maximum(far, places[:, 2] - _limit(places, moving), out=far)
            np.maximum(far, part.positions[:, 2] - _limit(places, resting), out=far)
    away = np.array([0, 0, 1], np.float32)
    return tuple(
        replace(part, positions=part.positions - far[:, None] * away)
        for part, far in zip(inner, back, strict=True)
    )


def _limit(places: Floats, depth: Floats) -> Floats:
    """(n,): how near *places* (n, 3) may be; infinite where no skin is before them."""
    pixels = (places[:, :2] * np.array([SIZE, -SIZE], np.float32) + SIZE / 2).astype(int)
    limit = np.full(len(places), np.inf, np.float32)
    for dx, dy in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
        x, y = (np.clip(pixels + (dx, dy), 0, SIZE - 1)).T
        limit = np.minimum(limit, depth[y, x])
    return limit / SIZE - BEHIND


def _depth(skin: Part, posed: Floats, order: Floats) -> Floats:
    """(SIZE, SIZE): how near the skin is to the viewer, in pixels: as it is seen when *posed*, by
    the depth it has in *order*. Infinite where there is none."""
    assert skin.uv is not None and skin.texture is not None
    height, width = skin.texture.shape[:2]
    texture = skin.texture
    if texture.shape[2] == 3:
        texture = np.dstack([texture, np.full((height, width), 255, np.uint8)])
    points = np.column_stack([posed[:, :2], order[:, 2]]) * np.array(
        [SIZE, -SIZE, SIZE], np.float32
    )
    points += np.array([SIZE / 2, SIZE / 2, 0], np.float32)
    uv = np.ascontiguousarray(skin.uv * np.array([width, height]), np.float32)
    depth = np.full((SIZE, SIZE), FARTHEST, np.float32)
    out = np.zeros((SIZE, SIZE, 3), np.uint8)
    points = np.ascontiguousarray(points, np.float32)
    draw_textured(points, skin.triangles, uv, np.ascontiguousarray(texture), depth, out)
    return np.where(depth > FARTHEST, depth, np.inf).astype(np.float32)
