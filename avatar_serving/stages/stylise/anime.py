"""The look of a drawn film: flat colours, clear lines, clean eyes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.stages.stylise.canvas import Canvas, features, mix
from avatar_serving.stages.stylise.upscale import Upscaler, resized

SIDE = 256
"""Pixels of the canvas that the network redraws. Fewer make it plainer."""


class AnimeArtist:
    def __init__(self, threads: int) -> None:
        self._network = Upscaler("realesr-animevideov3", threads)

    def draw(self, canvas: Canvas) -> NDArray[np.uint8]:
        """(side, side, 3): the canvas in flat, vivid colours with inked lines."""
        small = resized(canvas.rgb, SIDE, SIDE)
        spots = cv2.resize(features(canvas), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        vivid = _vivid(small)
        flat = mix(_flattened(vivid), vivid, 0.7 * np.asarray(spots, np.float32))
        drawn = resized(self._network.enlarge(flat), canvas.side, canvas.side)
        return _inked(drawn, sigma=canvas.side / 700)


def _vivid(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] = 255 * (lab[..., 0] / 255) ** 0.9
    lab[..., 1:] = (lab[..., 1:] - 128) * 1.3 + 128
    vivid = lab.round().clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(vivid, cv2.COLOR_LAB2RGB), np.uint8)


def _flattened(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    for _ in range(3):
        rgb = np.asarray(cv2.bilateralFilter(rgb, 7, 30, 5), np.uint8)
    return rgb


def _inked(rgb: NDArray[np.uint8], sigma: float, ink: float = 0.55) -> NDArray[np.uint8]:
    """Dark lines where lightness has an edge: an extended difference of Gaussians."""
    grey = np.divide(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), 255, dtype=np.float32)
    edge = cv2.GaussianBlur(grey, (0, 0), sigma) - 0.98 * cv2.GaussianBlur(
        grey, (0, 0), 1.6 * sigma
    )
    line = np.tanh(60 * np.minimum(edge, 0)).astype(np.float32)
    line = cv2.GaussianBlur(line, (0, 0), 0.6)
    return (rgb * (1 + ink * line)[..., None]).round().clip(0, 255).astype(np.uint8)
