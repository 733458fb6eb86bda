"""Surfaces that are folded to nothing until a shape unrolls them: lids, a tongue."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

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
    in rows below that of *bare*, whose texture is square and as wide as any of them."""
    assert bare.uv is not None and bare.texture is not None
    size = bare.texture.shape[1]
    rows = [np.zeros((0, size, 4), np.uint8)]
    uv, triangles = [bare.uv * np.array(bare.texture.shape[1::-1])], [bare.triangles]
    left, top, count = size, len(bare.texture), len(bare.positions)
    for strip in strips:
        picture = framed(strip.picture)
        high, wide = picture.shape[:2]
        if left + wide > size:
            top += len(rows[-1])
            rows.append(np.zeros((0, size, 4), np.uint8))
            left = 0
        more = np.zeros((max(0, high - len(rows[-1])), size, 4), np.uint8)
        rows[-1] = np.concatenate([rows[-1], more])
        rows[-1][:high, left : left + wide] = picture
        uv.append(strip.pixels + GUTTER_PX + np.array([left, top]))
        triangles.append(strip.triangles + count)
        left, count = left + wide, count + len(strip.positions)
    texture = np.concatenate([bare.texture, *rows])
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


def on_skin(places: Floats, photo: Floats) -> tuple[NDArray[np.int32], Floats]:
    """The three vertices (k, 3) around each of *places* (k, 2), and their shares in it."""
    mesh = Delaunay(photo[:, :2])
    found = np.asarray(mesh.find_simplex(places))
    inverse = mesh.transform[found]
    two = np.einsum("kij,kj->ki", inverse[:, :2], places - inverse[:, 2])
    return mesh.simplices[found], np.column_stack([two, 1 - two.sum(1)])
