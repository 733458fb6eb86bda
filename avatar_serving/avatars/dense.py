"""A portrait as one mesh, so dense that each vertex carries a splat."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats, Part, PortraitRig
from avatar_serving.avatars.splat_sampling import unfolded
from avatar_serving.avatars.splats import Gaussians, quaternions
from avatar_serving.avatars.tuck import tucked
from avatar_serving.errors import StageFailed
from avatar_serving.media import ARKIT

MOST = 60_000
"""Vertices: packages hold 65,535."""
ROUNDS = 6
"""Of cutting edges in two."""
WIDTH = 0.6
"""Standard deviation of a splat along the skin, in distances to its neighbours."""
THICKNESS = 0.1
"""Across the skin, as a share of that."""
SOLID = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    mesh: Part
    """Every vertex is a corner of some triangle."""
    rest: Floats
    """(m, 3, 3): corners of each triangle of the neutral face; of one that an ARKit shape unfolds,
    such as a strip of eyelid, with that shape."""
    splats: Gaussians
    """One for each vertex, where its triangles are at rest; their means are offsets from there:
    zeros."""

    @property
    def folded(self) -> NDArray[np.bool_]:
        """(n,): the vertices of which the neutral face shows nothing."""
        away = (self.rest != self.mesh.positions[self.mesh.triangles]).any((1, 2))
        found = np.zeros(len(self.mesh.positions), np.bool_)
        found[self.mesh.triangles[away]] = True
        return found


def dense(rig: PortraitRig, edge: float) -> Dense:
    """*edge*: longest distance of neighbours at rest, in image squares; the body's may be twice as
    long.

    Raises:
        StageFailed: that would be too many.
    """
    inner = tucked((rig.mouth, rig.eyes), rig.skin, rig.pivot)
    parts = [_cut(_used(part), edge) for part in (*inner, rig.skin)]
    looks = np.concatenate([_looks(part) for part in parts])
    starts = np.cumsum([0, *(len(part.positions) for part in parts)])
    mesh = Part(
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.morphs for part in parts], 1),
        np.concatenate([p.triangles + s for p, s in zip(parts, starts[:-1], strict=True)]),
        np.concatenate([part.head for part in parts]),
    )
    if len(mesh.positions) > MOST:
        raise StageFailed("reconstruct", f"more than {MOST} splats; take fewer splats_across")
    rest = unfolded(_by_arkit(mesh))
    return Dense(mesh, rest, _splats(mesh, rest, looks))


def _by_arkit(part: Part) -> Part:
    """Without what only the photo's own weights show: packages of splats have no such morph."""
    return replace(part, morphs=part.morphs[: len(ARKIT)])


def neighbours(triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """(k, 2): both directions of each edge."""
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.unique(np.concatenate([sides, sides[:, ::-1]]), axis=0)


def _used(part: Part) -> Part:
    """Without vertices that belong to no triangle."""
    kept, flat = np.unique(part.triangles, return_inverse=True)
    return _with(part, kept, flat.reshape(-1, 3).astype(np.int32))


def _with(part: Part, vertices: NDArray[np.int32], triangles: NDArray[np.int32]) -> Part:
    return replace(
        part,
        positions=part.positions[vertices],
        morphs=part.morphs[:, vertices],
        triangles=triangles,
        head=part.head[vertices],
        uv=None if part.uv is None else part.uv[vertices],
        colours=None if part.colours is None else part.colours[vertices],
    )


def _cut(part: Part, edge: float) -> Part:
    """Triangles with long edges cut in four, until there are none. Neighbours may be cut less: the
    mesh carries splats, and is not seen."""
    for _ in range(ROUNDS):
        corners = unfolded(_by_arkit(part))
        longest = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1)
        body = part.head[part.triangles].mean(1) < 0.5
        long = longest > np.where(body, 2 * edge, edge)
        if not long.any():
            break
        part = _quartered(part, long)
    return part


def _quartered(part: Part, long: NDArray[np.bool_]) -> Part:
    a, b, c = part.triangles[long].T
    sides = np.sort(np.stack([np.stack(s, 1) for s in ((a, b), (b, c), (c, a))], 1), 2)
    pairs, flat = np.unique(sides.reshape(-1, 2), axis=0, return_inverse=True)
    ab, bc, ca = (flat.reshape(-1, 3) + len(part.positions)).T
    new = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    small = np.concatenate([np.stack(corners, 1) for corners in new])
    triangles = np.concatenate([part.triangles[~long], small]).astype(np.int32)

    def halved(values: Floats) -> Floats:
        return np.concatenate([values, values[pairs].mean(1)]).astype(np.float32)

    return replace(
        part,
        positions=halved(part.positions),
        morphs=np.ascontiguousarray(halved(part.morphs.transpose(1, 0, 2)).transpose(1, 0, 2)),
        triangles=triangles,
        head=halved(part.head),
        uv=None if part.uv is None else halved(part.uv),
        colours=None if part.colours is None else halved(part.colours),
    )


def _looks(part: Part) -> Floats:
    """(n, 4): colour and alpha at each vertex, 0..1."""
    if part.colours is not None:
        return np.column_stack([part.colours, np.ones(len(part.colours))]).astype(np.float32)
    assert part.uv is not None and part.texture is not None
    height, width = part.texture.shape[:2]
    at = (part.uv * np.array([width, height], np.float32) - 0.5).astype(np.float32)
    found = [
        cv2.remap(
            part.texture, rows[:, None, 0].copy(), rows[:, None, 1].copy(),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        )[:, 0]
        for rows in np.array_split(at, len(at) // 30_000 + 1)
    ]  # fmt: skip
    look = np.concatenate(found).astype(np.float32) / 255
    return look if look.shape[1] == 4 else np.column_stack([look, np.ones(len(look), np.float32)])


def _splats(mesh: Part, rest: Floats, looks: Floats) -> Gaussians:
    """Flat on the skin at *rest* (m, 3, 3), as wide as their neighbours are far."""
    count, ends = len(mesh.positions), mesh.triangles.ravel()
    sides = np.linalg.norm(rest - np.roll(rest, 1, 1), axis=2)  # each before its corner
    apart = ((sides + np.roll(sides, -1, 1)) / 2).ravel()
    near = np.bincount(ends, apart, count) / np.bincount(ends, minlength=count)
    width = np.maximum(WIDTH * near, 1e-5)
    return Gaussians(
        means=np.zeros((count, 3), np.float32),
        scales=np.stack([width, width, THICKNESS * width], 1).astype(np.float32),
        rotations=quaternions(_upright(mesh, rest)),
        colours=np.ascontiguousarray(looks[:, :3]),
        opacities=np.clip(looks[:, 3] * SOLID, 0.01, SOLID).astype(np.float32),
    )


def _upright(mesh: Part, rest: Floats) -> Floats:
    """(n, 3, 3): rotations that turn z to the normal of each vertex at *rest*."""
    corners = rest.astype(np.float64)
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros((len(mesh.positions), 3))
    for corner in range(3):
        np.add.at(normals, mesh.triangles[:, corner], faces)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.where(length > 1e-12, normals / np.maximum(length, 1e-12), [0.0, 0.0, 1.0])
    aside = np.where(np.abs(normals[:, :1]) < 0.9, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    x = np.cross(aside, normals)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.stack([x, np.cross(normals, x), normals], 2)
