"""One face cut out upright, for whoever measures it or hands it to a network."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.face import Face
from avatar_serving.faces.litert import Floats
from avatar_serving.faces.region import Region, cut, region_of_landmarks


@dataclass(frozen=True, slots=True, eq=False)
class FaceCrop:
    rgb: NDArray[np.uint8]
    """(side, side, 3), the eyes level."""
    points: Floats
    """(478, 2): the landmarks in pixels of *rgb*."""
    region: Region
    """Where in the image it was cut."""

    def inside(self, ring: Sequence[int], scale: float = 1.0) -> NDArray[np.bool_]:
        """(side, side): what a ring of landmarks encloses, drawn *scale* times as large."""
        points = self.points[list(ring)]
        points = (points - points.mean(0)) * scale + points.mean(0)
        mask = np.zeros(self.rgb.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 1)
        return mask > 0


def crop_face(
    image: NDArray[np.uint8], face: Face, side: int = 256, margin: float = 1.5
) -> FaceCrop:
    """Cut out the square around *face* that is *margin* times its longer side."""
    region = region_of_landmarks(face.landmarks, margin)
    points = region.from_image(face.landmarks[:, :2], side)
    return FaceCrop(cut(image, region, side), points, region)
