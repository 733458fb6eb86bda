"""Real-ESRGAN on ncnn: four times the pixels, with plausible detail."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.errors import StageFailed

SCALE = 4


def require(name: str) -> tuple[Path, Path]:
    """The two files of a network. Raises WeightsError where one cannot be used."""
    return weights.path(f"{name}.param"), weights.path(f"{name}.bin")


class Upscaler:
    """May be used from several threads: each call has an extractor of its own."""

    def __init__(self, name: str, threads: int) -> None:
        """*name*: a pair of weights, NAME.param and NAME.bin."""
        import ncnn

        param, model = require(name)
        self._name = name
        self._net = ncnn.Net()  # pyright: ignore[reportAttributeAccessIssue]
        self._net.opt.use_vulkan_compute = False
        self._net.opt.num_threads = threads
        if self._net.load_param(str(param)) or self._net.load_model(str(model)):
            raise StageFailed("stylise", f"{name} cannot be loaded by ncnn")

    def enlarge(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(height, width, 3) to (4 height, 4 width, 3)."""
        import ncnn

        planes = np.ascontiguousarray(np.divide(rgb, 255, dtype=np.float32).transpose(2, 0, 1))
        # ncnn.Mat only points at the array's memory; the clone owns its own.
        source = ncnn.Mat(planes).clone()  # pyright: ignore[reportAttributeAccessIssue]
        extractor = self._net.create_extractor()
        extractor.input("data", source)
        status, result = extractor.extract("output")
        if status:
            raise StageFailed("stylise", f"{self._name} failed with status {status}")
        enlarged = np.array(result, np.float32).transpose(1, 2, 0)
        return (enlarged.clip(0, 1) * 255).round().astype(np.uint8)


def resized(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """By averaging when it gets smaller, smoothly when it gets larger."""
    smaller = width * height < rgb.shape[0] * rgb.shape[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=method), np.uint8)
