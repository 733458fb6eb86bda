"""What is behind a person: blurred, a colour, or another picture."""

import re

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import InvalidRequest
from avatar_serving.faces.litert import Floats
from avatar_serving.images import to_array
from avatar_serving.media import Image, Look

PURE = 0.9
"""From this share on, a pixel tells the colour of its larger part."""


def check_background(look: Look) -> None:
    """Raises InvalidRequest unless the background of *look* can be made."""
    if look.background_image is None and look.background not in ("keep", "blur"):
        colour_of(look.background)


def colour_of(text: str) -> tuple[int, int, int]:
    """'#rrggbb' as three numbers."""
    if re.fullmatch("#[0-9a-fA-F]{6}", text):
        number = int(text[1:], 16)
        return number >> 16, number >> 8 & 255, number & 255
    raise InvalidRequest(
        f"background {text!r} is neither keep, blur, image nor a colour such as #336699",
        "look.background",
    )


def change_background(rgb: NDArray[np.uint8], matte: Floats, look: Look) -> NDArray[np.uint8]:
    """Put the person of *rgb*, as *matte* cuts it out, in front of what *look* asks for."""
    if look.background_image is None and look.background == "keep":
        return rgb
    person, behind = separate(rgb, matte)
    if look.background_image is not None:
        new = _covering(look.background_image, rgb.shape[1], rgb.shape[0])
    elif look.background == "blur":
        new = _blur(behind, rgb.shape[1] / 40)
    else:
        new = np.full(rgb.shape, colour_of(look.background), np.uint8)
    weight = matte[..., None]
    return (person * weight + new * (1 - weight)).round().clip(0, 255).astype(np.uint8)


def separate(rgb: NDArray[np.uint8], matte: Floats) -> tuple[Floats, Floats]:
    """The colours of the person alone and of the background alone, where they mix at edges.

    Each is estimated from its surroundings and then corrected so that both, mixed by the matte,
    give the picture: without it, hair would keep a rim of the old background.
    """
    image, weight = rgb.astype(np.float32), matte[..., None]
    sigma = max(2.0, rgb.shape[1] / 90)
    person = _spread(image, _pure(matte), sigma)
    behind = _spread(image, _pure(1 - matte), sigma)
    person = person + weight * (image - weight * person - (1 - weight) * behind)
    far = _spread(image, (matte < 0.02).astype(np.float32), rgb.shape[1] / 25)
    behind = np.where(weight < 0.02, image, np.where(weight > 0.5, far, behind))
    return person.clip(0, 255).astype(np.float32), behind.astype(np.float32)


def _pure(share: Floats) -> Floats:
    return ((share - PURE) / (1 - PURE)).clip(0, 1).astype(np.float32)


def _spread(image: Floats, weight: Floats, sigma: float) -> Floats:
    """Colours where *weight* is, carried into where it is not: near ones first, then far ones."""
    total, mass = np.zeros_like(image), np.zeros((*weight.shape, 1), np.float32)
    for factor, trust in ((1, 1.0), (4, 1e-3), (16, 1e-6)):
        known = np.concatenate([image * weight[..., None], weight[..., None]], axis=2)
        blurred = _blur(known, sigma * factor)
        total += trust * blurred[..., :3]
        mass += trust * blurred[..., 3:]
    return (total / np.maximum(mass, 1e-12)).astype(np.float32)


def _blur(values: Floats, sigma: float) -> Floats:
    """A Gaussian; a wide one is taken of a smaller image, which looks the same."""
    shrink = max(1.0, sigma / 4)
    height, width = values.shape[:2]
    size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
    return np.asarray(cv2.resize(small, (width, height)), np.float32)


def _covering(image: Image, width: int, height: int) -> NDArray[np.uint8]:
    """The middle of a picture, in another size."""
    pixels = to_array(image)
    scale = max(width / image.width, height / image.height)
    size = (max(width, round(image.width * scale)), max(height, round(image.height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(pixels, size, interpolation=method)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.asarray(scaled[top : top + height, left : left + width], np.uint8)
