"""What surrounds the avatar's square in a video that it does not fill."""

import re
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.errors import InvalidRequest
from avatar_serving.film.framing import Framing
from avatar_serving.media import Image, VideoFrame

Pixels = NDArray[np.uint8]
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_SOFT = 0.07
"""Over what share of the square its edge fades into what surrounds it."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """*colour* '#rrggbb', an *image*, or neither: *transparent*, or what the picture showed."""

    colour: str = ""
    image: Image | None = None
    transparent: bool = False

    @property
    def keeps(self) -> bool:
        """What the avatar's picture showed stays."""
        return not (self.colour or self.image or self.transparent)

    def drawn(self, framing: Framing, own: Pixels) -> Pixels:
        """(height, width, 3). *own*: what the avatar's picture showed behind the person."""
        size = (framing.height, framing.width)
        if self.image is not None:
            return _covering(images.to_array(self.image), *size)
        if self.colour:
            rgb = [int(self.colour[i : i + 2], 16) for i in (1, 3, 5)]
            return np.full((*size, 3), rgb, np.uint8)
        return _continued(own, framing)


def backdrop_of(background: str, image: Image | None = None) -> Backdrop:
    """From 'keep', 'transparent', 'image' (with *image*) or '#rrggbb'. Raises InvalidRequest."""
    if background == "image" and image is not None:
        return Backdrop(image=image)
    if background in ("keep", "transparent"):
        return Backdrop(transparent=background == "transparent")
    if _COLOUR.fullmatch(background):
        return Backdrop(colour=background)
    raise InvalidRequest(
        f"background {background!r}: keep, transparent, #rrggbb, or a picture", "background"
    )


class Compositor:
    """Puts drawn frames where they belong. Constant but for the frame."""

    def __init__(self, framing: Framing, backdrop: Pixels) -> None:
        self._framing = framing
        self._backdrop = backdrop
        self._share = _inside(framing)

    @property
    def behind(self) -> Pixels:
        """The part of the backdrop on which the person is drawn."""
        place, shown = self._framing, self._framing.shown
        rows = slice(place.top, place.top + shown.height)
        return self._backdrop[rows, place.left : place.left + shown.width]

    def composed(self, frame: VideoFrame) -> Pixels:
        """(height, width, 3), or 4 with alpha where the person was cut out."""
        drawn = images.to_array(frame.image)
        if frame.alpha is not None:
            return self._clear(drawn, frame.alpha)
        if self._framing.fills:
            return drawn
        place = self._framing
        out = self._backdrop.copy()
        rows = slice(place.top, place.top + drawn.shape[0])
        part = out[rows, place.left : place.left + drawn.shape[1]]
        part[:] = cv2.blendLinear(drawn, part, self._share, 1 - self._share)
        return out

    def _clear(self, drawn: Pixels, alpha: bytes) -> Pixels:
        height, width = drawn.shape[:2]
        seen = np.frombuffer(alpha, np.uint8).reshape(height, width)
        place = self._framing
        if not place.fills:
            seen = (seen * self._share + 0.5).astype(np.uint8)
        out = np.zeros((place.height, place.width, 4), np.uint8)
        part = out[place.top : place.top + height, place.left : place.left + width]
        part[..., :3], part[..., 3] = drawn, seen
        return out


def _inside(framing: Framing) -> NDArray[np.float32]:
    """(height, width) of what is drawn: 1 within, easing to 0 at edges that the video goes past."""
    shown, soft = framing.shown, max(1, round(_SOFT * framing.side))

    def ramp(length: int, first: bool, last: bool) -> NDArray[np.float32]:
        at = np.arange(length) + 0.5
        share = np.ones(length)
        if first:
            share *= np.clip(at / soft, 0, 1)
        if last:
            share *= np.clip((length - at) / soft, 0, 1)
        return (share * share * (3 - 2 * share)).astype(np.float32)

    beside = framing.left > 0
    across = ramp(shown.width, beside, beside)
    down = ramp(shown.height, framing.top > 0, False)
    return np.ascontiguousarray(down[:, None] * across)


def _covering(picture: Pixels, height: int, width: int) -> Pixels:
    """The middle of *picture*, as large as it must be."""
    scale = max(height / picture.shape[0], width / picture.shape[1])
    size = (
        max(width, round(picture.shape[1] * scale)),
        max(height, round(picture.shape[0] * scale)),
    )
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    large = np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def _continued(own: Pixels, framing: Framing) -> Pixels:
    """The picture's background, mirrored at its edges as far as the video reaches."""
    side, shown = framing.side, framing.shown
    method = cv2.INTER_AREA if side < len(own) else cv2.INTER_LINEAR
    square = np.asarray(cv2.resize(own, (side, side), interpolation=method), np.uint8)
    part = square[shown.top : shown.top + shown.height, shown.left : shown.left + shown.width]
    right = framing.width - framing.left - shown.width
    return cv2.copyMakeBorder(part, framing.top, 0, framing.left, right, cv2.BORDER_REFLECT).astype(
        np.uint8
    )
