"""Colours of splats so that together they look like the textures they were sampled from.

Splats overlap, which blurs. A few rounds of Landweber iteration, against drawings of the mesh, put
the difference back where it came from.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.rig import Floats, PortraitRig
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_scene import FINENESS, NEUTRAL, Cover, SplatScene, covered

SIZE = 512
"""Side of the drawings compared, in pixels."""
ROUNDS = 4
STEP = 1.5
OWN_PX = 1.0
"""Splats that fill less of the picture are hidden behind others and learn nothing from it."""


def from_rig(rig: PortraitRig, fineness: float = FINENESS) -> SplatScene:
    """A portrait as splats; a smaller *fineness* makes more of them."""
    scene = covered(rig, fineness)
    wanted = Canvas(rig, SIZE).draw(NEUTRAL).astype(np.float32)
    for _ in range(ROUNDS):
        canvas = SplatCanvas(scene, SIZE)
        seen = canvas.gather((wanted - canvas.draw(NEUTRAL)) / np.float32(255), NEUTRAL)
        layers = (_corrected(c, s) for c, s in zip(scene.layers, seen, strict=True))
        scene = replace(scene, layers=tuple(layers))
    return scene


def _folded(layer: Cover) -> NDArray[np.bool_]:
    """(n,): splats of which the neutral face shows a line at most, and not their own colours."""
    corners = layer.mesh.positions[layer.mesh.triangles]
    return (layer.rest != corners).any((1, 2))[layer.splats.triangle]


def _corrected(layer: Cover, seen: Floats) -> Cover:
    own = seen[:, 3:]
    learns = (own > OWN_PX) & ~_folded(layer)[:, None]
    change = np.where(learns, STEP * seen[:, :3] / np.maximum(own, OWN_PX), 0)
    colours = np.clip(layer.splats.colours + change, 0, 1).astype(np.float32)
    return replace(layer, splats=replace(layer.splats, colours=colours))
