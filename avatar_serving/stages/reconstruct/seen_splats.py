"""What large avatar models have in common: what they are shown, and a package of what they see."""

from dataclasses import fields, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.avatars import gaussian
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.dense import Dense
from avatar_serving.avatars.manifest import (
    CropEntry,
    EngineEntry,
    LicenceEntry,
    Manifest,
    source_entry,
)
from avatar_serving.avatars.portrait import LICENCES, Portrait
from avatar_serving.avatars.rig import Floats, Part, PortraitRig
from avatar_serving.avatars.skinned import SkinnedMesh
from avatar_serving.avatars.splats import Gaussians
from avatar_serving.media import ARKIT

HEAD_M = 0.26
"""Height of a head with its neck and hair, to which that of the mesh is scaled for a network."""
WHITE = 255


def licence_of(model: str) -> LicenceEntry:
    """Of what the network by that name in the weights lock makes."""
    known = weights.library().get(model)
    return LicenceEntry.model_validate(
        {"part": "appearance", "licence": known.licence, "class": known.licence_class}
    )


def drawn_alone(rig: PortraitRig, side: int, tone: int = WHITE) -> NDArray[np.uint8]:
    """(side, side, 3): the person as in the picture, nothing behind but grey of *tone*."""
    size = len(rig.background)
    alone = replace(rig, background=np.full((size, size, 3), tone, np.uint8))
    drawn = Canvas(alone, size).draw(rig.rest_weights, photo=1.0)
    return np.asarray(cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def in_metres(mesh: Part) -> tuple[Floats, float]:
    """Vertices (n, 3) as networks know heads, m from the middle of one; and how many metres an
    image square is."""
    head = mesh.positions[mesh.head > 0.5]
    low, high = head.min(0), head.max(0)
    scale = float(HEAD_M / max(high[1] - low[1], 1e-3))
    return ((mesh.positions - (low + high) / 2) * scale).astype(np.float32), scale


def as_gaussians(found: dict[str, Any], scale: float, start: Dense) -> Gaussians:
    """Of a network's attributes in metres; *scale*: how many of them an image square is. What is
    folded away, such as lids of open eyes, no picture shows: there the splats of *start* stay."""
    seen, away = _as_gaussians(found, scale), start.folded
    pairs = ((getattr(start.splats, f.name), getattr(seen, f.name)) for f in fields(Gaussians))
    return Gaussians(*(_floats(np.where(away, one.T, other.T).T) for one, other in pairs))


def _as_gaussians(found: dict[str, Any], scale: float) -> Gaussians:
    return Gaussians(
        means=_floats(found["offset"] / scale),
        scales=np.minimum(_floats(found["scale"] / scale), gaussian.LARGEST),
        rotations=_floats(found["rotation"]),
        colours=_floats(found["colour"]),
        opacities=np.clip(_floats(found["opacity"]), 1e-3, 0.999),
    )


def skinned(mesh: Part, rig: PortraitRig) -> SkinnedMesh:
    morphs = np.ascontiguousarray(mesh.morphs[: len(ARKIT)], np.float32)
    return SkinnedMesh(mesh.positions, mesh.triangles, morphs, mesh.head, rig.pivot)


def packed(
    mesh: SkinnedMesh, splats: Gaussians, start: Portrait, source: NDArray[np.uint8],
    licence: LicenceEntry, engine: EngineEntry,
) -> bytes:  # fmt: skip
    """A package. *start*: the portrait of *source* that the mesh is of."""
    square, behind = start.square, start.rig.background
    parts = [
        LicenceEntry.model_validate({"part": p, "licence": spdx, "class": "commercial"})
        for p, spdx in LICENCES
    ]
    manifest = Manifest(
        version=gaussian.UNFOLDED_FROM,
        type="gaussian",
        id="0" * 32,
        image_size=len(behind),
        source=source_entry(source),
        crop=CropEntry(x=square.x, y=square.y, size=square.size),
        licences=(licence, *parts),
        engine=engine,
        rest_weights=start.rig.rest_weights,
        files={},
    )
    return gaussian.pack(mesh, splats, behind, manifest)


def _floats(array: Any) -> Floats:
    return np.ascontiguousarray(array, np.float32)
