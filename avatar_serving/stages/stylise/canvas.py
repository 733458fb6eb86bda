"""The part of a picture that becomes an avatar, and where its face is."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import ImageRejected
from avatar_serving.faces import Face, FaceFinder, topology
from avatar_serving.faces.litert import Floats
from avatar_serving.stages.stylise.upscale import resized

FACE_SHARE = 0.3
"""Width of the face in the square. Avatars are cut closer than this, so nothing is lost."""
LEAST, MOST = 768, 1024
"""Pixels of the side."""


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    rgb: NDArray[np.uint8]
    """(side, side, 3)"""
    face: Face
    """In pixels of *rgb*."""
    source_side: int
    """How many pixels of the picture it was made of, along a side."""

    @property
    def side(self) -> int:
        return self.rgb.shape[0]


def make_canvas(image: NDArray[np.uint8], finder: FaceFinder) -> Canvas:
    """Cut out head and shoulders, in a size that the networks can work with."""
    square = _head_and_shoulders(image, _only_face(image, finder))
    side = min(MOST, max(LEAST, square.shape[0]))
    rgb = resized(square, side, side)
    return Canvas(rgb, _only_face(rgb, finder), square.shape[0])


def features(canvas: Canvas) -> Floats:
    """(side, side), 0..1: soft spots over the eyes and the mouth, which make a face that face."""
    points = canvas.face.landmarks[:, :2]
    mask = np.zeros((canvas.side, canvas.side), np.uint8)
    for ring, scale in (
        (topology.LEFT_EYE, 1.7), (topology.RIGHT_EYE, 1.7), (topology.LIPS_OUTER, 1.2),
    ):  # fmt: skip
        part = points[list(ring)]
        part = (part - part.mean(0)) * scale + part.mean(0)
        cv2.fillPoly(mask, [np.round(part).astype(np.int32)], 255)
    soft = cv2.GaussianBlur(mask, (0, 0), canvas.face.width * 0.035)
    return np.divide(soft, 255, dtype=np.float32)


def mix(
    one: NDArray[np.uint8], other: NDArray[np.uint8], share: Floats | float
) -> NDArray[np.uint8]:
    """*one*, with *share* (a number, or one for each pixel) of *other* in it."""
    weight = share[..., None] if isinstance(share, np.ndarray) else share
    blend = one.astype(np.float32) * (1 - weight) + other.astype(np.float32) * weight
    return blend.round().clip(0, 255).astype(np.uint8)


def _only_face(image: NDArray[np.uint8], finder: FaceFinder) -> Face:
    faces = finder.find(image)
    if not faces:
        raise ImageRejected("face", "No face was found in the picture.")
    return faces[0]


def _head_and_shoulders(image: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
    """The square around the face; as large as it can be where the picture ends before."""
    height, width = image.shape[:2]
    x, y, w, h = face.box
    side = round(min(max(w, h * 0.85) / FACE_SHARE, width, height))
    left = round(min(max(x + w / 2 - side / 2, 0), width - side))
    top = round(min(max(y + h * 0.55 - side / 2, 0), height - side))
    return np.ascontiguousarray(image[top : top + side, left : left + side])
