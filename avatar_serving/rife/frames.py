"""Pictures between two pictures, by the network."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.between import Picture
from avatar_serving.onnx import open_session
from avatar_serving.rife.network import (
    FIRST,
    GRID,
    MIXED,
    MULTIPLE,
    PIXEL,
    SECOND,
    TIME,
    write_network,
)

WEIGHT = "rife"


class Rife:
    def __init__(self, threads: int = 2) -> None:
        """Raises WeightsError."""
        self._session = open_session(weights.derived("rife.onnx", WEIGHT, write_network), threads)

    def between(self, first: Picture, second: Picture, progress: float) -> Picture:
        """The picture at *progress* 0..1 from *first* to *second*, which are of one size."""
        height, width = first.shape[:2]
        one, other = _planes(first), _planes(second)
        sides = one.shape[2:]
        given = {
            FIRST: one, SECOND: other, GRID: _grid(*sides),
            TIME: np.full((1, 1, *sides), progress, np.float32),
            PIXEL: 2 / (np.array(sides[::-1], np.float32) - 1).reshape(1, 2, 1, 1),
        }  # fmt: skip
        mixed = np.asarray(self._session.run([MIXED], given)[0])[0, :, :height, :width]
        return np.rint(mixed.transpose(1, 2, 0).clip(0, 1) * 255).astype(np.uint8)


def _planes(picture: Picture) -> NDArray[np.float32]:
    """(1, 3, height, width) of 0 to 1; the edge goes on up to what the network takes."""
    more = [(0, -side % MULTIPLE) for side in picture.shape[:2]]
    padded = np.pad(picture, (*more, (0, 0)), mode="edge")
    return np.divide(padded.transpose(2, 0, 1)[None], 255, dtype=np.float32, order="C")


def _grid(height: int, width: int) -> NDArray[np.float32]:
    """(1, height, width, 2): where each pixel is, right and down, from -1 to 1."""
    down, right = np.meshgrid(
        np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32),
        indexing="ij",
    )  # fmt: skip
    return np.stack([right, down], -1)[None]
