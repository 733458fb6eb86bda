"""Surfaces that are folded to nothing until a shape unrolls them: lids, a tongue."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats, Part
from avatar_serving.avatars.textures import Pixels

GUTTER_PX = 4
"""Around a picture in the texture, so that it does not mix with what is beside it when it is drawn
smaller than it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    positions: Floats
    morphs: Floats
    triangles: NDArray[np.int32]
    """Into *positions*."""
    pixels: Floats
    """(n, 2): where each vertex is in *picture*, in its pixels."""
    picture: Pixels
    """(height, width, 4)."""


def with_strips(bare: Part, strips: Sequence[Strip]) -> Part:
    """The strips come last, so that they are blended over the rest; their pictures are side by side
    below that of *bare*, whose texture is square and wide enough."""
    assert bare.uv is not None and bare.texture is not None
    size = bare.texture.shape[1]
    pictures = [framed(strip.picture) for strip in strips]
    below = max(len(picture) for picture in pictures)
    row = np.zeros((below, size, 4), np.uint8)
    uv, triangles = [bare.uv * np.array(bare.texture.shape[1::-1])], [bare.triangles]
    left, count = 0, len(bare.positions)
    for strip, picture in zip(strips, pictures, strict=True):
        high, wide = picture.shape[:2]
        row[:high, left : left + wide] = picture
        uv.append(strip.pixels + GUTTER_PX + np.array([left, len(bare.texture)]))
        triangles.append(strip.triangles + count)
        left, count = left + wide, count + len(strip.positions)
    texture = np.concatenate([bare.texture, row])
    head = np.ones(count - len(bare.positions))
    return Part(
        positions=np.concatenate([bare.positions, *(s.positions for s in strips)], dtype="f4"),
        morphs=np.concatenate([bare.morphs, *(s.morphs for s in strips)], 1, dtype="f4"),
        triangles=np.concatenate(triangles).astype(np.int32),
        head=np.concatenate([bare.head, head], dtype="f4"),
        uv=(np.concatenate(uv) / np.array(texture.shape[1::-1])).astype(np.float32),
        texture=texture,
    )


def framed(picture: Pixels) -> Pixels:
    """With a gutter that goes on as its edge is."""
    around = (GUTTER_PX, GUTTER_PX)
    return np.pad(picture, (around, around, (0, 0)), "edge")


def grid(rows: int, columns: int) -> NDArray[np.int32]:
    """Triangles of a sheet whose first row is its upper end."""
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    both = np.stack([np.stack([a, d, c], -1), np.stack([a, c, b], -1)])
    return both.reshape(-1, 3).astype(np.int32)
