"""Turns a head that is drawn already: pixels go where the avatar's own shape says.

What a turn of the head does to each point of the skin is known from the package. The shift of each
pixel is that of the points around it, by normalised convolution (Knutsson & Westin 1993); far from
the skin nothing moves. Good for the small turns of somebody who talks: what a larger one would
uncover, no picture shows.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.neck import obeyed
from avatar_serving.avatars.rig import Floats, pose_part
from avatar_serving.media import CHANNELS, HEAD
from avatar_serving.stages.render.drawing import Pixels
from avatar_serving.stages.render.face_region import skin_of

GRID = 64
"""Cells on a side of the picture in which shifts are gathered."""
_REACH = 2.0
"""Standard deviation of how far a point's shift is felt, in cells."""
_THICK = 0.05
"""What is farther than so much behind the nearest point of a cell, in squares, is not seen."""
_STILL = 0.02
"""Weight of standing still, beside that of the points around, which is 1 where they are dense."""

Values = tuple[float, ...]


class HeadMotion:
    """Of one package."""

    def __init__(self, content: bytes) -> None:
        """Raises PackageInvalid."""
        self._skin, self._pivot, self._yaw = skin_of(content)

    def turned(self, drawn: Pixels, before: Values, now: Values) -> Pixels:
        """A square that shows the head as in *before*, with the head as in *now* (a number for each
        of CHANNELS, of which those of the head count)."""
        was, becomes = self._placed(before), self._placed(now)
        if np.array_equal(was, becomes):
            return drawn
        side = len(drawn)
        seen = _in_front(becomes)
        gathered = _gathered(becomes[seen, :2], (was - becomes)[seen, :2])
        shifts = cv2.resize(gathered * side, (side, side))
        rows, columns = np.mgrid[:side, :side].astype(np.float32)
        back = columns + shifts[..., 0], rows + shifts[..., 1]
        moved = cv2.remap(drawn, *back, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)

    def _placed(self, values: Values) -> Floats:
        """(n, 3): points of the skin, 0..1 from the square's left and top, and how near."""
        head = len(CHANNELS) - len(HEAD)
        turn = (0.0,) * head + obeyed(values, self._yaw)[head:]
        posed = pose_part(self._skin, self._pivot, turn)
        return posed * np.array([1, -1, 1], np.float32) + np.array([0.5, 0.5, 0], np.float32)


def _in_front(points: Floats) -> NDArray[np.intp]:
    """Of *points* (n, 3) inside the square: those that no others of their cell hide."""
    cells = np.floor(points[:, :2] * GRID).astype(int)
    inside = np.flatnonzero(((cells >= 0) & (cells < GRID)).all(1))
    flat = cells[inside, 1] * GRID + cells[inside, 0]
    nearest = np.full(GRID * GRID, -np.inf)
    np.maximum.at(nearest, flat, points[inside, 2])
    return inside[points[inside, 2] > nearest[flat] - _THICK]


def _gathered(points: Floats, shifts: Floats) -> NDArray[np.float32]:
    """(GRID, GRID, 2): *shifts* (n, 2) of *points* (n, 2), spread to the cells around them."""
    cells = np.floor(points * GRID).astype(int)
    flat = cells[:, 1] * GRID + cells[:, 0]
    sums = (np.bincount(flat, own, GRID * GRID) for own in (*shifts.T, None))
    right, down, count = (each.reshape(GRID, GRID) for each in sums)
    # How many points lie in a cell is the mesh's affair.
    each = np.maximum(count, 1)
    layers = np.dstack([right / each, down / each, np.minimum(count, 1)]).astype(np.float32)
    spread = cv2.GaussianBlur(layers, (0, 0), _REACH, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(spread[..., :2] / (spread[..., 2:] + _STILL), np.float32)
