"""How likely a picture is not safe for work: Yahoo's open_nsfw."""

import io

import numpy as np
from PIL import Image as Pillow

from avatar_serving import weights
from avatar_serving.faces.litert import Floats
from avatar_serving.media import Image
from avatar_serving.onnx import open_session

SIDE = 224
RESIZED = 256
MEAN_BGR = (104, 117, 123)


class NsfwClassifier:
    def __init__(self, threads: int = 1) -> None:
        self._session = open_session(weights.path("nsfw"), threads)
        self._input = self._session.get_inputs()[0].name

    def score(self, image: Image) -> float:
        """0 (certainly fine) .. 1. Under 0.2 is usual for portraits, over 0.8 is explicit."""
        (answer,) = self._session.run(None, {self._input: _prepare(image)[None]})
        return float(np.asarray(answer).ravel()[1])


def _prepare(image: Image) -> Floats:
    """As the network was trained: through a JPEG, the centre of a 256-pixel square, BGR."""
    picture = Pillow.frombytes("RGB", (image.width, image.height), image.rgb)
    picture = picture.resize((RESIZED, RESIZED), Pillow.Resampling.BILINEAR)
    edge = (RESIZED - SIDE) // 2
    file = io.BytesIO()
    picture.crop((edge, edge, edge + SIDE, edge + SIDE)).save(file, "JPEG")
    pixels = np.asarray(Pillow.open(file), np.float32)[:, :, ::-1]
    return np.ascontiguousarray(pixels - np.array(MEAN_BGR, np.float32))
