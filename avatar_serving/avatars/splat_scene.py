"""An avatar as splats: meshes that move, and what rides on them."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.neck import FREE, YawRange, obeyed
from avatar_serving.avatars.rig import Floats, Part, PortraitRig, pose_part
from avatar_serving.avatars.splat_sampling import cover, unfolded
from avatar_serving.avatars.splats import Carrier, Gaussians, Splats, axes
from avatar_serving.media import CHANNELS

FINENESS = 1 / 180
"""Edge of the small triangles on a portrait's head, in image squares; each becomes one splat."""
BODY = 2.0
"""How much coarser what does not move is covered."""
FOLDED_AWAY = 0.1
"""A splat narrower than this share of its width at rest belongs to no cloud."""
NEUTRAL = (0.0,) * len(CHANNELS)
EYES = 0.6
"""How much finer than the skin the eyes are covered."""


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """A mesh, of which only shape and motion count, and its splats."""

    mesh: Part
    rest: Floats
    """(m, 3, 3): corners of each triangle where the splats were bound to it."""
    splats: Splats


@dataclass(frozen=True, slots=True, eq=False)
class SplatScene:
    layers: tuple[Cover, ...]
    """Each before the ones that come before it, whatever their depth."""
    background: NDArray[np.uint8]
    """(size, size, 3), sRGB."""
    pivot: tuple[float, float, float]
    """What the head turns about."""
    rest_weights: tuple[float, ...]
    """One number for each of CHANNELS."""
    yaw: YawRange = FREE
    """As of a PortraitRig."""

    def cloud(self, values: tuple[float, ...] = NEUTRAL) -> Gaussians:
        """All splats of a face frame (a number for each of CHANNELS) as one cloud, without those
        that are folded away."""
        values = obeyed(values, self.yaw)
        clouds = [_cloud(layer, self.pivot, values) for layer in self.layers]
        return Gaussians(
            *(
                np.concatenate([getattr(cloud, f.name) for cloud in clouds])
                for f in fields(Gaussians)
            )
        )


def _cloud(layer: Cover, pivot: tuple[float, float, float], values: tuple[float, ...]) -> Gaussians:
    splats = layer.splats
    posed = pose_part(layer.mesh, pivot, values)
    means, shapes = Carrier(splats, layer.rest, layer.mesh.triangles).carried(posed)
    scales, rotations = axes(shapes)
    least = FOLDED_AWAY * splats.scales[:, 1]
    kept = scales[:, 1] >= least
    return Gaussians(
        *(v[kept] for v in (means, scales, rotations, splats.colours, splats.opacities))
    )


def covered(rig: PortraitRig, fineness: float = FINENESS) -> SplatScene:
    """A portrait covered with splats; a smaller *fineness* makes more of them."""
    layers = tuple(_covered(p, fineness * (EYES if p is rig.eyes else 1.0)) for p in rig.parts)
    return SplatScene(layers, rig.background, rig.pivot, rig.rest_weights, rig.yaw)


def _covered(part: Part, fineness: float) -> Cover:
    rest = unfolded(part)
    return Cover(part, rest, cover(part, rest, _edges(part, fineness)))


def _edges(part: Part, edge: float) -> Floats:
    """(m,): finer on the head than on the body."""
    head = part.head[part.triangles].mean(1)
    return (edge * (BODY + (1 - BODY) * np.clip(head * 2, 0, 1))).astype(np.float32)
