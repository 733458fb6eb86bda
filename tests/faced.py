"""A small package whose shapes tell its face: a card with cheeks, a chin, lips and lids."""

from dataclasses import replace

import numpy as np

from avatar_serving.avatars import glb, package
from avatar_serving.avatars.glb_reader import Model
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import MORPHS
from tests.avatars.pictures import colourful

_PLACES = {
    "cheekPuff": (-0.32, 0.32, -0.32, 0.02),
    "jawForward": (-0.16, 0.16, -0.38, -0.24),
    "mouthPucker": (-0.13, 0.13, -0.26, -0.18),
    "eyeBlinkLeft": (0.1, 0.2, 0.06, 0.13),
    "eyeBlinkRight": (-0.2, -0.1, 0.06, 0.13),
}
"""Left, right, low and high of what a shape moves, in image squares."""


def faced_package() -> bytes:
    plain = plain_package(colourful())
    rig, opened = package.load(plain), package.read(plain)
    morphs = rig.skin.morphs.copy()
    x, y = rig.skin.positions[:, 0], rig.skin.positions[:, 1]
    for shape, (left, right, low, high) in _PLACES.items():
        inside = (x >= left) & (x <= right) & (y >= low) & (y <= high)
        morphs[MORPHS.index(shape)][inside, 2] += 0.01
    skin = replace(rig.skin, morphs=morphs, head=np.ones_like(rig.skin.head))
    model = glb.write(Model(rig.mouth, rig.eyes, skin, rig.pivot))
    return package.write(opened.manifest, {**opened.files, "avatar.glb": model})
