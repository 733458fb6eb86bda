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


def fine_detail(crop: FaceCrop) -> float:
    """The share of the contrast that is finer than 1/32 of the face.

    Measured: sharp portraits .18 to .29; blurred by a Gaussian of 1 % of the face width .09 to
    .14, by 2 % .05 to .06, by 4 % .03 to .04. It hardly depends on who it is.
    """
    edge = crop.rgb.shape[0] // 8
    grey = cv2.cvtColor(crop.rgb[edge:-edge, edge:-edge], cv2.COLOR_RGB2GRAY).astype(np.float32)
    side = grey.shape[0]
    coarse = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
    smooth = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return float(np.sqrt(np.mean((grey - smooth) ** 2)) / max(float(grey.std()), 1.0))
