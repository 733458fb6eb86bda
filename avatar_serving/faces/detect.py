"""Where faces are: MediaPipe's short-range BlazeFace, looked through at several scales."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from avatar_serving import weights
from avatar_serving.faces.litert import Floats, LiteModel

SIDE = 128
"""The detector sees squares of this many pixels; faces of about 20 to 110 of them are found."""
MIN_SCORE = 0.5
SAME_FACE_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class Detection:
    x: float
    """Left edge, in pixels of the image; so are all of these."""
    y: float
    width: float
    height: float
    score: float
    right_eye: tuple[float, float]
    """The person's own right."""
    left_eye: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Window:
    """A square of the image. It may reach over the edge; what is outside is black."""

    x: float
    y: float
    side: float


class FaceDetector:
    def __init__(self) -> None:
        self._model = LiteModel(weights.path("face-detector"))
        self._anchors = _anchors()

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        """All faces, the surest first.

        The image as a whole shows ordinary portraits; a wider window shows a face that fills the
        picture; smaller windows show faces that are small in it, and are tried until one is seen.
        """
        rows: list[Floats] = []
        for level in _levels(image.shape[1], image.shape[0]):
            rows += [self._look(image, window) for window in level]
            if sum(len(r) for r in rows):
                break
        return [_detection(row) for row in _merge(np.concatenate(rows))]

    def _look(self, image: NDArray[np.uint8], window: _Window) -> Floats:
        """(n, 9) rows of x0, y0, x1, y1, right eye, left eye, score in image pixels."""
        scale = SIDE / window.side
        move = np.array([[scale, 0, -window.x * scale], [0, scale, -window.y * scale]])
        crop = cv2.warpAffine(_shrunk(image, move), move, (SIDE, SIDE))
        outputs = self._model.run(crop.astype(np.float32) / 127.5 - 1)
        scores = expit(outputs["classificators"][0, :, 0])
        sure = scores >= MIN_SCORE
        boxes = outputs["regressors"][0][sure] / SIDE
        boxes[:, :2] += self._anchors[sure]
        boxes[:, 4:8] += np.tile(self._anchors[sure], 2)
        centre, size, eyes = boxes[:, :2], boxes[:, 2:4], boxes[:, 4:8]
        points = np.concatenate([centre - size / 2, centre + size / 2, eyes], axis=1)
        points = points * window.side + np.tile([window.x, window.y], 4)
        return np.concatenate([points, scores[sure, None]], axis=1).astype(np.float32)


def _shrunk(image: NDArray[np.uint8], move: NDArray[np.float64]) -> NDArray[np.uint8]:
    """*image* averaged down near the scale of *move*, which is changed to fit it.

    Sampling a large image directly would skip most of its pixels.
    """
    scale = float(move[0, 0])
    if scale > 0.5:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    move[0, 0] *= image.shape[1] / size[0]
    move[1, 1] *= image.shape[0] / size[1]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _levels(width: int, height: int) -> Iterator[list[_Window]]:
    side, small = max(width, height), min(width, height)
    whole = _Window((width - side) / 2, (height - side) / 2, side)
    wide = _Window((width - 1.7 * side) / 2, (height - 1.7 * side) / 2, 1.7 * side)
    yield [whole, wide, *_tiles(width, height, small * 0.6)]
    if small >= 480:
        yield _tiles(width, height, small * 0.3)


def _tiles(width: int, height: int, side: float) -> list[_Window]:
    """Squares over the whole image, overlapping by at least 40 %."""

    def starts(length: int) -> list[float]:
        count = int(np.ceil((length - side) / (side * 0.6))) + 1
        return [float(v) for v in np.linspace(0, length - side, count)]

    return [_Window(x, y, side) for y in starts(height) for x in starts(width)]


def _anchors() -> Floats:
    """(896, 2) centres, 0..1: two to a cell of 8 pixels, six to a cell of 16."""
    grids: list[NDArray[np.float64]] = []
    for stride, count in ((8, 2), (16, 6)):
        cells = SIDE // stride
        centres = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(centres, centres, indexing="ij")
        grids.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), count, axis=0))
    return np.concatenate(grids).astype(np.float32)


def _merge(rows: Floats) -> Iterator[Floats]:
    """One row for each face: overlapping ones are averaged by their scores."""
    rest = rows[np.argsort(-rows[:, 8], kind="stable")]
    while len(rest):
        same = overlap(rest[0, :4], rest[:, :4]) > SAME_FACE_OVERLAP
        same[0] = True
        group = rest[same]
        merged = np.average(group, axis=0, weights=group[:, 8])
        merged[8] = group[0, 8]
        yield merged.astype(np.float32)
        rest = rest[~same]


def overlap(box: Floats, others: Floats) -> Floats:
    """Intersection over union of x0, y0, x1, y1 boxes."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[2:4], others[:, 2:4])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    area = np.prod(box[2:4] - box[:2])
    areas = np.prod(others[:, 2:4] - others[:, :2], axis=1)
    return (shared / np.maximum(area + areas - shared, 1e-6)).astype(np.float32)


def _detection(row: Floats) -> Detection:
    x0, y0, x1, y1, rx, ry, lx, ly, score = (float(v) for v in row)
    return Detection(x0, y0, x1 - x0, y1 - y0, score, (rx, ry), (lx, ly))
