"""How much of the eyeballs is seen: what is drawn otherwise where they are black than where they
are white. No model is asked, so that no other's idea of eyes comes in."""

from dataclasses import replace

import numpy as np

from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.rig import PortraitRig


class Eyeballs:
    """Of one rig, drawn with *size* pixels a side. Not for two threads at once."""

    def __init__(self, rig: PortraitRig, size: int) -> None:
        self._black, self._white = (Canvas(_with_eyes(rig, shade), size) for shade in (0, 255))

    def shown(self, values: tuple[float, ...]) -> float:
        """Pixels in which they are seen."""
        white, black = self._white.draw(values), self._black.draw(values)
        return float(np.abs(np.subtract(white, black, dtype=np.float64)).mean(2).sum() / 255)


def _with_eyes(rig: PortraitRig, shade: int) -> PortraitRig:
    assert rig.eyes.texture is not None
    return replace(rig, eyes=replace(rig.eyes, texture=np.full_like(rig.eyes.texture, shade)))
