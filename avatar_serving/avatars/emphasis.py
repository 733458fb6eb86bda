"""Shapes made plainer than they were sculpted: a photo keeps its shading, so that little of what
lies in depth is left to see."""

import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER
from avatar_serving.media import ARKIT

ROUNDER = 1.5
"""Protruded lips of real speakers narrow the mouth more than the sculpted ones do."""
STRONGER = {
    "mouthFrown": 1.7, "browDown": 1.3, "browInnerUp": 1.12, "eyeSquint": 1.7, "noseSneer": 1.6,
    "mouthLowerDown": 1.5, "mouthUpperUp": 1.4, "mouthRoll": 1.6, "mouthShrug": 1.5,
    "cheekPuff": 1.6, "jawLeft": 1.45, "jawRight": 1.45, "mouthLeft": 1.35, "mouthRight": 1.35,
    "mouthDimple": 1.5, "mouthStretch": 1.5, "jawOpen": 0.95,
}  # fmt: skip
"""Times as far as the sculpted ones. A jaw opened less is as plain, and keeps the face longer."""
PUFFED = 1.6
"""Over that again, of cheeks that go outwards: those that come towards the viewer look as they
did."""
RISES = {"mouthPress": 0.6}
"""Share that is left of how far corners rise in it: more of it is a smile."""
THINNER, THIN_REACH_CM = 0.35, 1.0
"""Share of its height that a pressed lip loses, and how far around it the face goes along."""


def emphasised(shapes: Floats, canonical: Floats) -> Floats:
    """*shapes* (52, 468, 3) of the face *canonical* (468, 3), in centimetres."""
    shapes = shapes.copy()
    pucker, funnel = ARKIT.index("mouthPucker"), ARKIT.index("mouthFunnel")
    shapes[pucker] *= np.array([ROUNDER, 1, ROUNDER])
    shapes[funnel] += shapes[pucker] * np.array([0.6, 0, 0])
    for beginning, more in STRONGER.items():
        shapes[_named(beginning)] *= more
    sideways = shapes[ARKIT.index("cheekPuff"), :, 0]
    sideways[sideways * canonical[:, 0] > 0] *= PUFFED
    for beginning, share in RISES.items():
        shapes[_named(beginning), :, 1] *= share
    shapes[_named("mouthPress")] += _thin_lips(canonical)
    return shapes


def _named(beginning: str) -> list[bool]:
    return [name.startswith(beginning) for name in ARKIT]


def _thin_lips(canonical: Floats) -> Floats:
    """(2, 468, 3): lips made thinner on the left and on the right side, their seam where it was."""
    outer, inner = canonical[list(LIPS_OUTER)], canonical[list(LIPS_INNER)]
    to_outer = np.linalg.norm(canonical[:, None] - outer, axis=2)
    to_inner = np.linalg.norm(canonical[:, None] - inner, axis=2).min(1)
    nearest, apart = to_outer.argmin(1), to_outer.min(1)
    share = np.exp(-((apart / THIN_REACH_CM) ** 2)) * to_inner / (to_inner + apart)
    step = THINNER * share[:, None] * (inner - outer)[nearest]
    left = 1 / (1 + np.exp(-2 * canonical[:, :1]))
    return np.stack([left * step, (1 - left) * step])
