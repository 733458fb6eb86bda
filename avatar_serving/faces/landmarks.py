"""Where the parts of one face are: MediaPipe's 478-point model on a square around it."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from avatar_serving import weights
from avatar_serving.faces.litert import Floats, LiteModel
from avatar_serving.faces.region import Region, cut
from avatar_serving.faces.topology import BLENDSHAPE_INPUT, BLENDSHAPE_OUTPUT

SIDE = 256


class LandmarkModel:
    def __init__(self) -> None:
        self._model = LiteModel(weights.path("face-landmarks"))

    def run(self, image: NDArray[np.uint8], region: Region) -> tuple[Floats, float]:
        """(478, 3) points in image pixels, and how sure it is (0..1) that this is a face."""
        crop = cut(image, region, SIDE)
        outputs = self._model.run(np.divide(crop, 255, dtype=np.float32))
        points = outputs["Identity"].reshape(478, 3)
        points[:, :2] = region.to_image(points[:, :2], SIDE)
        points[:, 2] *= region.side / SIDE
        return points, float(expit(outputs["Identity_1"].item()))


class BlendshapeModel:
    def __init__(self) -> None:
        self._model = LiteModel(weights.path("face-blendshapes"))

    def run(self, landmarks: Floats) -> dict[str, float]:
        scores = self._model.run(landmarks[list(BLENDSHAPE_INPUT), :2]).popitem()[1]
        return dict(zip(BLENDSHAPE_OUTPUT, (float(s) for s in scores.ravel()), strict=True))
