"""What of the expression in a picture is the person's own face.

Nobody's calm face is the mean face: heavy brows look like lowered ones, and laughing people are
known for their smile. A neutral face from which all of it is taken is a stranger's. But a shape
that pulls the other way takes what stayed along: a frown upon a friendly mouth is still a frown.
"""

from dataclasses import replace

import numpy as np

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import Floats
from avatar_serving.media import ARKIT

OWN = {
    "brow": 0.8, "eyeBlink": 0.35, "eyeSquint": 0.35, "eyeWide": 0.35,
    "mouth": 0.4, "cheek": 0.35, "nose": 0.35,
}  # fmt: skip
"""Shares of the weights of shapes whose names begin so. Of a jaw nothing: it would stay open."""
AGAINST = {
    "mouthFrown": 1.4, "mouthPress": 0.7, "browDown": 0.5, "noseSneer": 0.5, "eyeWide": 0.4,
    "mouthPucker": 0.5, "mouthFunnel": 0.5,
}  # fmt: skip
"""Shapes at a weight of 1 of which so much of a smile that stayed is gone, on their side: what
makes angry, sad, concerned and startled faces, and round lips."""
SMILING = ("mouthSmile", "mouthDimple", "cheekSquint")
RISE = ("browInnerUp", "browOuterUp")
HEAVY = 0.35
"""By how much less brows rise that lie as low as brows can: a photo lacks the lines of a forehead
above heavy brows that are raised, and without them they are a stranger's."""


def with_own(fit: Fit) -> Fit:
    """*fit* with weights of which a share stays in the neutral face. A weight of 1 goes as far as
    it went before."""
    own = np.array([_share(name) for name in ARKIT], np.float32)
    left = 1 - own * fit.weights
    shapes = fit.shapes * left[:, None, None] - _smile_undone(fit, own * fit.weights)
    low = [name.startswith("browDown") for name in ARKIT]
    heavy = HEAVY * float((own * fit.weights)[low].mean())
    shapes[[name.startswith(RISE) for name in ARKIT]] *= 1 - heavy
    weights = fit.weights * (1 - own) / np.maximum(left, 1e-6)
    return replace(fit, shapes=shapes.astype(np.float32), weights=weights.astype(np.float32))


def _smile_undone(fit: Fit, kept: Floats) -> Floats:
    """(52, 468, 3): what of the smile that stays, *kept* (52,), each shape takes away."""
    undone = np.zeros_like(fit.shapes)
    for side in ("Left", "Right"):
        smiling = [ARKIT.index(name + side) for name in SMILING]
        smile = np.einsum("k,kld->ld", kept[smiling], fit.shapes[smiling])
        for name, share in AGAINST.items():
            one = name + side if name + side in ARKIT else name
            undone[ARKIT.index(one)] += share * smile
    return undone


def _share(name: str) -> float:
    return next((share for start, share in OWN.items() if name.startswith(start)), 0.0)
