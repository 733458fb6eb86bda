"""Draws a rig at one size, again and again."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars import edges, raster
from avatar_serving.avatars.breath import breathed
from avatar_serving.avatars.openings import edges_of, pieces, rim_before, rims
from avatar_serving.avatars.raster import FARTHEST, draw_coloured, draw_textured
from avatar_serving.avatars.rig import Floats, Part, PortraitRig, Posed, pose
from avatar_serving.media import Window

Pixels = NDArray[np.uint8]
FINE = 2
"""Lids, lips and teeth are drawn this many times larger and averaged, for their edges are hard."""
OUTLINE = 0.02
"""A step of the depth, in image square units, at which one thing ends before another."""
MARGIN_PX = 3
BEHIND_EYES = 0.05
"""What lies so far behind an eyeball, in image square units, does not show in the eye: the far side
of a head that is turned. What is nearer is lids."""


class Canvas:
    """Holds what does not change from frame to frame. Not for two threads at once."""

    def __init__(
        self,
        rig: PortraitRig,
        size: int,
        window: Window | None = None,
        behind: Pixels | None = None,
    ) -> None:
        """*size* is the side of the whole square, *window* the part of it that is drawn, *behind*
        what is seen there behind the person, instead of what the picture showed."""
        self._rig = rig
        self._size = size
        self._whole = window or Window(0, 0, size, size)
        scale = min(1.0, size / len(rig.background))
        own = cut(_resized(rig.background, size, size), self._whole)
        self._background = own if behind is None else behind
        self._skin = _surface(rig.skin, scale)
        self._eyes = _surface(rig.eyes, scale)
        lines = rims(rig.skin)
        self._mouth_rim = rim_before(rig.skin, lines, rig.mouth.positions)
        eyes = rig.eyes.positions
        self._eyeballs = [
            (piece, rim_before(rig.skin, lines, eyes[piece]))
            for piece in pieces(len(eyes), edges_of(rig.eyes.triangles))
        ]
        self._back = int(_facing_away(rig.skin.positions, rig.skin.triangles).argmin())
        """How many of the first triangles are the back of the head."""
        assert rig.mouth.colours is not None
        self._triangles = rig.skin.triangles
        self._mouth_colours = np.ascontiguousarray(rig.mouth.colours * 255, np.float32)

    def draw(self, values: tuple[float, ...], photo: float = 0.0, breath: float = 0.0) -> Pixels:
        """One frame (height, width, 3) of the window for a number for each of CHANNELS."""
        posed = breathed(pose(self._rig, values, photo), breath)
        self._triangles = self.facing(posed.skin)
        out = self._background.copy()
        depth = _depth(out)
        self._draw_skin(posed, out, self._whole, 1, depth)
        edges.soften(depth, np.float32(OUTLINE * self._size), out)
        self._draw_window(posed, out, self._seen(posed.mouth, posed.skin[self._mouth_rim]))
        for piece, rim in self._eyeballs:
            self._draw_window(posed, out, self._seen(posed.eyes[piece], posed.skin[rim]))
        return out

    def _draw_window(self, posed: Posed, out: Pixels, window: Window) -> None:
        """All layers inside *window*, finely."""
        if window.width <= 0 or window.height <= 0:
            return
        rows = slice(window.top - self._whole.top, window.top - self._whole.top + window.height)
        left = window.left - self._whole.left
        columns = slice(left, left + window.width)
        behind = self._background[rows, columns]
        large = (window.width * FINE, window.height * FINE)
        fine = np.asarray(cv2.resize(behind, large, interpolation=cv2.INTER_NEAREST), np.uint8)
        mouth = self._pixels(posed.mouth, window, FINE)
        triangles = self._rig.mouth.triangles
        draw_coloured(mouth, triangles, self._mouth_colours, _depth(fine), fine)
        uv, texture = self._eyes
        eyes = self._pixels(posed.eyes, window, FINE)
        depth = _depth(fine)
        draw_textured(eyes, self._rig.eyes.triangles, uv, texture, depth, fine)
        depth -= np.float32(BEHIND_EYES * self._size * FINE)
        self._draw_skin(posed, fine, window, FINE, depth)
        size = (window.width, window.height)
        out[rows, columns] = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)

    def _draw_skin(
        self, posed: Posed, out: Pixels, window: Window, fineness: int, depth: NDArray[np.float32]
    ) -> None:
        uv, texture = self._skin
        points = self._pixels(posed.skin, window, fineness)
        draw_textured(points, self._triangles, uv, texture, depth, out)

    def facing(self, skin: Floats) -> NDArray[np.int32]:
        """The triangles of the posed *skin* (n, 3) that are drawn: all but those at the back of the
        head that still face away."""
        back, rest = np.split(self._rig.skin.triangles, [self._back])
        return np.concatenate([back[~_facing_away(skin, back)], rest])

    def _seen(self, inside: Floats, rim: Floats) -> Window:
        """Where what is *inside* shows through the hole in the skin that *rim* goes round."""
        if not np.ptp(inside, 0).any():  # folded to a point
            return Window(0, 0, 0, 0)
        low, high = self._extent(inside)
        if len(rim):
            first, past = self._extent(rim)
            low, high = np.maximum(low, first), np.minimum(high, past)
        width, height = np.maximum(high - low, 0)
        return Window(int(low[0]), int(low[1]), int(width), int(height))

    def _extent(self, points: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The first pixel (x, y) around *points* and the one past the last, in what is drawn."""
        pixels = self._pixels(points, Window(0, 0, 0, 0), 1)[:, :2]
        whole = self._whole
        first = np.array([whole.left, whole.top])
        past = first + np.array([whole.width, whole.height])
        low = np.floor(pixels.min(0)).astype(int) - MARGIN_PX
        high = np.ceil(pixels.max(0)).astype(int) + MARGIN_PX
        return np.clip(low, first, past), np.clip(high, first, past)

    def _pixels(self, points: Floats, window: Window, fineness: int) -> Floats:
        size = self._size
        scale = np.array([size, -size, size], np.float32) * np.float32(fineness)
        corner = np.array([window.left - size / 2, window.top - size / 2, 0], np.float32)
        return np.ascontiguousarray(points * scale - corner * np.float32(fineness), np.float32)


def warm_up() -> None:
    """Compile what draws, or load what was compiled before, so that the first picture need not
    wait."""
    raster.warm_up()
    edges.warm_up()


def cut(pixels: Pixels, window: Window) -> Pixels:
    """The part of a picture that *window* shows."""
    rows = slice(window.top, window.top + window.height)
    return pixels[rows, window.left : window.left + window.width]


def _depth(out: Pixels) -> NDArray[np.float32]:
    return np.full(out.shape[:2], FARTHEST, np.float32)


def _facing_away(points: Floats, triangles: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(m,): whether the viewer would see a triangle from behind."""
    a, b, c = (points[triangles[:, k], :2] for k in range(3))
    return np.asarray((b - a)[:, 0] * (c - a)[:, 1] < (b - a)[:, 1] * (c - a)[:, 0])


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
