"""What every render engine does around its canvas: check the request, draw, cut out."""

from collections.abc import Callable, Generator
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.avatars.breath import breath_at
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import FaceFrame, RenderRequest, VideoFrame, Window

Pixels = NDArray[np.uint8]
_FAINT = 8
"""Alpha (of 255) below which a colour says little: that of the surroundings is taken."""
_AROUND_PX = 9


class Drawer(Protocol):
    def draw(self, values: tuple[float, ...], /, *, breath: float = 0.0) -> Pixels:
        """(height, width, 3)"""
        ...


OpenCanvas = Callable[[Window, Pixels | None], Drawer]
"""Given the part of the square to draw, and what is behind the person (None: the picture's)."""


def draw_frames(
    request: RenderRequest, largest_px: int, canvas: OpenCanvas
) -> Generator[VideoFrame, None, None]:
    """Raises InvalidRequest: a size, window or background that does not fit."""
    window = window_of(request, largest_px)
    if request.cut_out:
        yield from _cut_out(request, window, canvas)
        return
    drawer = canvas(window, behind_of(request, window))
    for frame in request.frames:
        drawn = drawer.draw(frame.values, breath=_breath(request, frame))
        yield VideoFrame(frame.at_s, images.from_array(drawn))


def _breath(request: RenderRequest, frame: FaceFrame) -> float:
    return 0.0 if request.breathes_s is None else breath_at(request.breathes_s + frame.at_s)


def apart(over_black: Pixels, over_white: Pixels) -> tuple[Pixels, Pixels]:
    """Colour (h, w, 3) and alpha (h, w) of what was drawn over black and over white.

    Over black it is a c, over white a c + (1 - a): their difference is 1 - a. Colours are spread a
    little into what is clear, because video stores them at half the resolution of alpha.
    """
    lost = cv2.subtract(over_white, over_black)
    alpha = 255 - cv2.transform(lost, np.full((1, 3), 1 / 3, np.float32))
    weight = alpha.astype(np.float32) / 255
    kernel = (_AROUND_PX, _AROUND_PX)
    near = cv2.blur(over_black.astype(np.float32), kernel)
    share = np.maximum(cv2.blur(weight, kernel), 1e-3)[..., None]
    own = over_black / np.maximum(weight, 1e-3)[..., None]
    colour = np.where((alpha >= _FAINT)[..., None], own, near / share)
    return np.clip(colour + 0.5, 0, 255).astype(np.uint8), alpha


def _cut_out(
    request: RenderRequest, window: Window, canvas: OpenCanvas
) -> Generator[VideoFrame, None, None]:
    shape = (window.height, window.width, 3)
    dark, light = (canvas(window, np.full(shape, tone, np.uint8)) for tone in (0, 255))
    for frame in request.frames:
        breath = _breath(request, frame)
        over = (each.draw(frame.values, breath=breath) for each in (dark, light))
        colour, alpha = apart(*over)
        yield VideoFrame(frame.at_s, images.from_array(colour), alpha.tobytes())


def window_of(request: RenderRequest, largest_px: int) -> Window:
    """The part that is drawn. Raises InvalidRequest: too large, or not within the square."""
    size = request.size
    if not 16 <= size <= largest_px:
        raise InvalidRequest(f"size must be 16..{largest_px} pixels", "size")
    window = request.window or Window(0, 0, size, size)
    right, bottom = window.left + window.width, window.top + window.height
    inside = window.left >= 0 and window.top >= 0 and right <= size and bottom <= size
    if not inside or min(window.width, window.height) < 1:
        raise InvalidRequest("the window must lie inside the square", "window")
    return window


def behind_of(request: RenderRequest, window: Window) -> Pixels | None:
    """The picture behind. Raises InvalidRequest: not as large as *window*."""
    if request.behind is None:
        return None
    if (request.behind.width, request.behind.height) != (window.width, window.height):
        raise InvalidRequest("behind must be as large as what is drawn", "behind")
    return images.to_array(request.behind)
