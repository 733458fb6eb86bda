"""Avatars as tensors: one by itself, or many padded to one size.

In shapes: v vertices, m triangles, n splats of one avatar; b avatars.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
import torch

from avatar_serving.avatars.rig import Part
from avatar_serving.avatars.splat_scene import SplatScene
from avatar_serving.avatars.splats import covariances

Tensor: TypeAlias = torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Avatars:
    """The layers of an avatar as one mesh with splats. Stacked, every tensor begins with b, and
    what an avatar has less of than another is zeros: splats that cannot be seen."""

    positions: Tensor
    """(v, 3), of the neutral face."""
    morphs: Tensor
    """(v, 3, 53): what each of MORPHS adds at weight 1."""
    head: Tensor
    """(v, 1), 0..1: how far a vertex follows the head."""
    pivot: Tensor
    """(1, 3): what the head turns about."""
    triangles: Tensor
    """(m, 3)"""
    rest: Tensor
    """(m, 3, 3): corners of each triangle where the splats were bound to it."""
    triangle: Tensor
    """(n,): which triangle a splat rides on."""
    barycentric: Tensor
    """(n, 3)"""
    offset: Tensor
    """(n, 3), from the place on the triangle, at rest."""
    covariances: Tensor
    """(n, 6: xx, xy, xz, yy, yz, zz), at rest."""
    colours: Tensor
    """(n, 3), sRGB 0..1."""
    opacities: Tensor
    """(n,)"""
    layer: Tensor
    """(n,): 0 in front. Layers hide each other in this order, whatever their depth."""


def of_scene(scene: SplatScene, device: torch.device) -> Avatars:
    """One avatar."""
    layers = scene.layers
    vertices = _starts([len(c.mesh.positions) for c in layers])
    triangles = _starts([len(c.mesh.triangles) for c in layers])
    arrays = {
        "positions": [c.mesh.positions for c in layers],
        "morphs": [_last(c.mesh) for c in layers],
        "head": [c.mesh.head[:, None] for c in layers],
        "pivot": [np.array([scene.pivot])],
        "triangles": [c.mesh.triangles + v for c, v in zip(layers, vertices, strict=True)],
        "rest": [c.rest for c in layers],
        "triangle": [c.splats.triangle + m for c, m in zip(layers, triangles, strict=True)],
        "barycentric": [c.splats.barycentric for c in layers],
        "offset": [c.splats.offset for c in layers],
        "covariances": [covariances(c.splats.scales, c.splats.rotations) for c in layers],
        "colours": [c.splats.colours for c in layers],
        "opacities": [c.splats.opacities for c in layers],
        "layer": [
            np.full(len(c.splats.opacities), len(layers) - 1 - i, np.float32)
            for i, c in enumerate(layers)
        ],
    }
    return Avatars(**{name: _tensor(np.concatenate(a), device) for name, a in arrays.items()})


def stacked(avatars: Sequence[Avatars]) -> Avatars:
    """Several as one, in order."""
    return Avatars(
        **{f.name: _padded([getattr(a, f.name) for a in avatars]) for f in fields(Avatars)}
    )


def picked(stack: Avatars, which: Tensor) -> Avatars:
    """Those of *stack* that *which* (b,) names; one may come several times."""
    return Avatars(**{f.name: getattr(stack, f.name)[which] for f in fields(Avatars)})


def _starts(counts: list[int]) -> list[int]:
    return [sum(counts[:i]) for i in range(len(counts))]


def _last(mesh: Part) -> Any:
    return mesh.morphs.transpose(1, 2, 0)


def _tensor(array: Any, device: torch.device) -> Tensor:
    whole = np.issubdtype(array.dtype, np.integer)
    return torch.tensor(array, dtype=torch.int64 if whole else torch.float32, device=device)


def _padded(tensors: Sequence[Tensor]) -> Tensor:
    most = max(len(tensor) for tensor in tensors)
    out = tensors[0].new_zeros((len(tensors), most, *tensors[0].shape[1:]))
    for row, tensor in zip(out, tensors, strict=True):
        row[: len(tensor)] = tensor
    return out
