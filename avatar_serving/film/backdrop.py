"""What surrounds the avatar's square in a video that it does not fill."""

import re
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.avatars import package, scene
from avatar_serving.avatars.pictures import decode_webp
from avatar_serving.errors import InvalidRequest
from avatar_serving.film.framing import Framing, within
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


def compositor_of(avatar: bytes, framing: Framing, backdrop: Backdrop) -> "Compositor":
    """*avatar*: its package. Raises PackageInvalid."""
    opened = package.read(avatar)
    if backdrop.keeps and scene.FILE in opened.files:
        around = scene.read_scene(opened.manifest, opened.files[scene.FILE])
        if (wider := within(framing, around)) is not None:
            return Compositor(wider, _seen(around, wider))
    own = decode_webp(opened.files["background.webp"])[..., :3]
    return Compositor(framing, backdrop.drawn(framing, np.ascontiguousarray(own)))


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

    right, bottom = framing.left + shown.width, framing.top + shown.height
    across = ramp(shown.width, framing.left > 0, right < framing.width)
    down = ramp(shown.height, framing.top > 0, bottom < framing.height)
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


def _seen(around: scene.Scene, framing: Framing) -> Pixels:
    """(height, width, 3): the scene, where the square stands in it."""
    picture, scale = around.picture, framing.side / around.side
    first = (1 - scale) / 2 if scale > 1 else 0.0  # pixels are measured from their middles
    if scale < 1:
        size = round(scale * picture.shape[1]), round(scale * picture.shape[0])
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    left = framing.left - framing.shown.left - scale * around.left - first
    top = framing.top - framing.shown.top - scale * around.top - first
    place = np.array([[max(scale, 1.0), 0, left], [0, max(scale, 1.0), top]])
    size = framing.width, framing.height
    seen = cv2.warpAffine(picture, place, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.uint8)


def _continued(own: Pixels, framing: Framing) -> Pixels:
    """The picture's background, mirrored at its edges as far as the video reaches."""
    side, shown = framing.side, framing.shown
    method = cv2.INTER_AREA if side < len(own) else cv2.INTER_LINEAR
    square = np.asarray(cv2.resize(own, (side, side), interpolation=method), np.uint8)
    part = square[shown.top : shown.top + shown.height, shown.left : shown.left + shown.width]
    right = framing.width - framing.left - shown.width
    wide = cv2.copyMakeBorder(part, framing.top, 0, framing.left, right, cv2.BORDER_REFLECT)
    return _out_of_focus(np.asarray(wide, np.uint8), framing)


def _out_of_focus(wide: Pixels, framing: Framing) -> Pixels:
    """Soft beyond the square, where things are seen a second time."""
    shown, soft = framing.shown, _SOFT * framing.side
    across, down = np.arange(framing.width), np.arange(framing.height)
    beside = np.maximum(framing.left - across, across - framing.left - shown.width + 1)
    outside = np.maximum(beside[None, :], (framing.top - down)[:, None]) / soft
    share = np.clip(outside, 0, 1).astype(np.float32)
    blurred = cv2.GaussianBlur(wide, (0, 0), soft / 2)
    return np.asarray(cv2.blendLinear(blurred, wide, share, 1 - share), np.uint8)
