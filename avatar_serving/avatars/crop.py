"""The square of a picture that becomes an avatar: head and shoulders."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.faces import Face

FACE_SHARE = 0.38
"""Width of the face over the side of the square, where the picture reaches far enough."""
FACE_CENTRE = 0.47
"""Where the middle of the face should be, from the top of the square."""


@dataclass(frozen=True, slots=True)
class Square:
    """In pixels of the source, inside it."""

    x: int
    y: int
    size: int

    def cut(self, picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
        """(side, side, 3)."""
        part = picture[self.y : self.y + self.size, self.x : self.x + self.size]
        shrinks = side < self.size
        method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(part, (side, side), interpolation=method), np.uint8)

    def units(self, landmarks: Floats) -> Floats:
        """Landmarks (n, 3) of the source, z away, in image square units: y up, z to the viewer."""
        scaled = (landmarks - np.array([self.x, self.y, 0])) / self.size
        return ((scaled - np.array([0.5, 0.5, 0])) * np.array([1, -1, -1])).astype(np.float32)


def head_and_shoulders(picture: NDArray[np.uint8], face: Face) -> Square:
    """The square of *picture* (h, w, 3), inside it, in which the face is as broad and as high up as
    avatars are framed."""
    height, width = picture.shape[:2]
    x, y, face_width, face_height = face.box
    # A face that looks down or aside is narrower than its head.
    across = max(face_width, 0.8 * face_height)
    size = min(round(across / FACE_SHARE), width, height)
    left = round(x + face_width / 2 - size / 2)
    top = round(y + face_height / 2 - size * FACE_CENTRE)
    return Square(int(np.clip(left, 0, width - size)), int(np.clip(top, 0, height - size)), size)
