"""A face that was found in an image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    box: tuple[float, float, float, float]
    """x, y, width, height of all landmarks, in image pixels. It may reach over the edge."""
    landmarks: NDArray[np.float32]
    """(478, 3) in image pixels, the first of which covers 0..1: x right, y down, z away from the
    viewer from about the middle of the head, in the same scale. `topology` names the points."""
    score: float
    """0..1, how sure the landmark model is that this is a face."""
    blendshapes: dict[str, float]
    """ARKit names (all but tongueOut) and `_neutral`, each 0..1."""
    pose: tuple[float, float, float]
    """Yaw, pitch, roll in degrees, with the signs of ``media.HEAD``."""

    @property
    def width(self) -> float:
        """Of the box, in pixels."""
        return self.box[2]

    @property
    def area(self) -> float:
        return self.box[2] * self.box[3]
