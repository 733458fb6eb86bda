"""Any avatar as a LAM chat package, with the person's own geometry.

Players move one splat with each vertex of a skinned mesh. So the splats' own centres become the
vertices, with what each ARKit shape does to them as its morph targets.
"""

import io
import json
import zipfile
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from avatar_serving.avatars import gaussian, skinned
from avatar_serving.avatars.manifest import Manifest
from avatar_serving.avatars.package import EPOCH
from avatar_serving.avatars.rig import Floats, pose_part
from avatar_serving.avatars.skinned import MAX_VERTICES, SkinnedMesh
from avatar_serving.avatars.splat_scene import NEUTRAL, Cover, SplatScene
from avatar_serving.avatars.splats import Carrier, Gaussians, axes
from avatar_serving.errors import InvalidRequest
from avatar_serving.exchange import METRES
from avatar_serving.exchange.lam import (
    ANIMATION,
    BODY_JOINT,
    CREDITS,
    EYE_LEVEL_M,
    HEAD_JOINT,
    OFFSETS,
    ORDER,
    SKIN,
)
from avatar_serving.exchange.lam_folds import facing_of, put_away, stay
from avatar_serving.exchange.lam_motion import write_motion
from avatar_serving.media import ARKIT

FINENESS = 1 / 110
"""Of the splats of a portrait: the format numbers them with 16 bits."""
FOLDED = 0.5
"""A splat narrower than this share of its width at rest waits to be unfolded: it keeps its width,
for players cannot change it."""

GONE = 0.1
"""A splat that a shape leaves less than this share of its area, or turns over, is folded away by
it, such as the soft side of a fold by a smile: it stays."""
HIDDEN = 0.1
"""A splat that no ARKit shape unfolds to this share of its area is left out."""
NEIGHBOURS = 8


def write_lam(scene: SplatScene, manifest: Manifest, folder: str = "avatar") -> bytes:
    """A LAM chat zip with its one *folder*. The same avatar gives the same bytes.

    Raises:
        InvalidRequest: it has more splats than the format can number.
    """
    pieces = [_piece(layer, scene.pivot) for layer in scene.layers]
    mesh, splats = _placed(*_joined(pieces, scene.pivot))
    order = np.argsort(mesh.positions[:, 2], kind="stable")
    files = {
        SKIN: skinned.write(mesh, BODY_JOINT, HEAD_JOINT),
        OFFSETS: gaussian.write_splats(splats),
        ANIMATION: write_motion(mesh.pivot),
        ORDER: json.dumps(order.tolist(), separators=(",", ":")).encode(),
        CREDITS: _credits(manifest),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(f"{folder}/", 0o755), b"")
        for name, content in files.items():
            archive.writestr(_entry(f"{folder}/{name}", 0o644), content, compresslevel=4)
    return out.getvalue()


def _entry(name: str, rights: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system, entry.external_attr = 3, rights << 16
    return entry


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """One layer: its splats as vertices."""

    means: Floats
    morphs: Floats
    head: Floats
    triangles: NDArray[np.int32]
    splats: Gaussians


def _piece(layer: Cover, pivot: tuple[float, float, float]) -> _Piece:
    carrier = Carrier(layer.splats, layer.rest, layer.mesh.triangles)
    posed = pose_part(layer.mesh, pivot, NEUTRAL)
    means, shapes = carrier.carried(posed)
    facing = facing_of(layer.splats, layer.mesh.triangles, posed)
    shown, folded = _shapes(layer, shapes)
    morphs = np.zeros((len(ARKIT), *means.shape), np.float32)
    own = widest = _areas(shapes)
    opened_by = np.zeros(len(means), np.intp)
    for i in range(len(ARKIT)):
        if layer.mesh.morphs[i].any():
            values = tuple(float(i == j) for j in range(len(NEUTRAL)))
            posed = pose_part(layer.mesh, pivot, values)
            moved, changed = carrier.carried(posed)
            morphs[i] = moved - means
            wide = _areas(changed)
            opened_by[wide > widest] = i
            turned = facing_of(layer.splats, layer.mesh.triangles, posed) * facing < 0
            away = turned | (wide < GONE * own)
            stay(means, morphs[i], away & ~folded, ~away & ~folded)
            widest = np.maximum(widest, wide)
    corners = layer.mesh.triangles[layer.splats.triangle]
    head = (layer.mesh.head[corners] * layer.splats.barycentric).sum(1)
    means, morphs = put_away(means, morphs, folded, opened_by)
    kept = np.flatnonzero(widest > HIDDEN * layer.splats.scales[:, :2].prod(1))
    apart = carrier.carried(layer.mesh.positions + layer.mesh.morphs[: len(ARKIT)].sum(0))[0]
    return _Piece(
        means=means[kept],
        morphs=morphs[:, kept],
        head=np.clip(head[kept], 0, 1).astype(np.float32),
        triangles=_triangles(apart[kept]),
        splats=Gaussians(*(getattr(shown, f.name)[kept] for f in fields(Gaussians))),
    )


def _areas(shapes: Floats) -> Floats:
    """Product of the two larger standard deviations, of covariances (n, 6)."""
    xx, xy, xz, yy, yz, zz = shapes.T
    minors = xx * yy - xy * xy + xx * zz - xz * xz + yy * zz - yz * yz
    return np.sqrt(np.maximum(minors, 0))


def _shapes(layer: Cover, shapes: Floats) -> tuple[Gaussians, NDArray[np.bool_]]:
    """Of the neutral face, without offsets: the vertices are the centres. Which of them (n,) are
    folded away there."""
    splats = layer.splats
    scales, rotations = axes(shapes)
    away = scales[:, 1] < FOLDED * splats.scales[:, 1]
    folded = away[:, None]
    shown = Gaussians(
        means=np.zeros_like(scales),
        scales=np.where(folded, splats.scales, scales),
        rotations=np.where(folded, splats.rotations, rotations),
        colours=splats.colours,
        opacities=splats.opacities,
    )
    return shown, away


def _triangles(places: Floats) -> NDArray[np.int32]:
    """One for each splat, with neighbours: players draw no surface, but the file must have one,
    and whoever carries splats by triangles needs them to move as the splats around do."""
    own = np.arange(len(places), dtype=np.int32)
    near = np.asarray(KDTree(places).query(places, NEIGHBOURS)[1], np.int32)
    near = np.minimum(near, len(places) - 1)  # where there are not so many
    # Of splats in one place another may come first.
    near = np.where(near == own[:, None], near[:, :1], near)
    near[:, 0] = own
    first = places[near[:, 1]] - places
    others = places[near[:, 2:]] - places[:, None]
    area = np.linalg.norm(np.cross(first[:, None], others), axis=2)
    second = np.take_along_axis(near[:, 2:], area.argmax(1)[:, None], 1)
    return np.column_stack([near[:, :2], second])


def _joined(
    pieces: list[_Piece], pivot: tuple[float, float, float]
) -> tuple[SkinnedMesh, Gaussians]:
    counts = [len(piece.means) for piece in pieces]
    if sum(counts) > MAX_VERTICES:
        raise InvalidRequest(f"{sum(counts)} splats are more than LAM's format can number")
    firsts = np.cumsum([0, *counts[:-1]])
    triangles = [p.triangles + np.int32(first) for p, first in zip(pieces, firsts, strict=True)]
    mesh = SkinnedMesh(
        positions=np.concatenate([p.means for p in pieces]),
        triangles=np.concatenate(triangles),
        morphs=np.concatenate([p.morphs for p in pieces], 1),
        head=np.concatenate([p.head for p in pieces]),
        pivot=pivot,
    )
    names = (f.name for f in fields(Gaussians))
    return mesh, Gaussians(*(np.concatenate([getattr(p.splats, n) for p in pieces]) for n in names))


def _placed(mesh: SkinnedMesh, splats: Gaussians) -> tuple[SkinnedMesh, Gaussians]:
    """In metres, the middle of the image square where players look."""
    size = np.float32(METRES)
    shift = np.array([0, EYE_LEVEL_M, -mesh.pivot[2] * METRES], np.float32)
    x, y, z = (float(v) for v in np.asarray(mesh.pivot, np.float32) * size + shift)
    placed = replace(
        mesh,
        positions=mesh.positions * size + shift,
        morphs=mesh.morphs * size,
        pivot=(x, y, z),
    )
    return placed, replace(splats, means=splats.means * size, scales=splats.scales * size)


def _credits(manifest: Manifest) -> bytes:
    entries = [entry.model_dump(by_alias=True) for entry in manifest.licences]
    credit = {"id": manifest.id, "name": manifest.name, "licences": entries}
    return json.dumps(credit, ensure_ascii=False, indent=1).encode()
