"""Draws a rig at one size, again and again."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.raster import FARTHEST, draw_coloured, draw_textured, fresh_depth
from avatar_serving.avatars.rig import Floats, Part, PortraitRig, pose

Pixels = NDArray[np.uint8]


class Canvas:
    """Holds what does not change from frame to frame. Not for two threads at once."""

    def __init__(self, rig: PortraitRig, size: int) -> None:
        self._rig = rig
        self._size = size
        scale = min(1.0, size / len(rig.background))
        self._background = _resized(rig.background, size, size)
        self._skin = _surface(rig.skin, scale)
        self._eyes = _surface(rig.eyes, scale)
        assert rig.mouth.colours is not None
        self._mouth_colours = np.ascontiguousarray(rig.mouth.colours * 255, np.float32)
        self._depth = fresh_depth(size)

    def draw(self, values: tuple[float, ...], photo: float = 0.0) -> Pixels:
        """One frame (size, size, 3) for a number for each of CHANNELS."""
        posed = pose(self._rig, values, photo)
        out = self._background.copy()
        self._depth.fill(FARTHEST)
        mouth = self._pixels(posed.mouth)
        draw_coloured(mouth, self._rig.mouth.triangles, self._mouth_colours, self._depth, out)
        layers = (
            (posed.eyes, self._rig.eyes, self._eyes),
            (posed.skin, self._rig.skin, self._skin),
        )
        for points, part, (uv, texture) in layers:
            self._depth.fill(FARTHEST)
            draw_textured(self._pixels(points), part.triangles, uv, texture, self._depth, out)
        return out

    def _pixels(self, points: Floats) -> Floats:
        return ((points * np.array([1, -1, 1]) + np.array([0.5, 0.5, 0])) * self._size).astype(
            np.float32
        )


def _surface(part: Part, scale: float) -> tuple[Floats, Pixels]:
    """Texture coordinates in texture pixels, and the texture with alpha, no larger than drawn."""
    assert part.uv is not None and part.texture is not None
    height, width = part.texture.shape[:2]
    texture = part.texture
    if scale < 1:
        size = max(2, round(width * scale)), max(2, round(height * scale))
        texture = _resized(texture, *size)
    if texture.shape[2] == 3:
        texture = np.dstack([texture, np.full(texture.shape[:2], 255, np.uint8)])
    extent = np.array([texture.shape[1], texture.shape[0]], np.float32)
    return np.ascontiguousarray(part.uv * extent, np.float32), np.ascontiguousarray(texture)


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    if pixels.shape[:2] == (height, width):
        return pixels
    method = cv2.INTER_AREA if width < pixels.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=method), np.uint8)
