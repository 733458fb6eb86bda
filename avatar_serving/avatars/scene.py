"""What a picture shows around the square that became an avatar: body, room and sky."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.manifest import Manifest
from avatar_serving.avatars.pictures import decode_webp
from avatar_serving.errors import PackageInvalid

Pixels = NDArray[np.uint8]
FILE = "scene.webp"
LONGEST_PX = 1280
_WIDER = 1.1
"""The longer side of a picture that has a scene, over the square's."""
QUALITY = 82


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    picture: Pixels
    """(height, width, 3): the whole."""
    left: float
    top: float
    """Where the avatar's square begins in it, in pixels."""
    side: float
    """Of the square."""


def scene_of(source: Pixels, square: Square) -> Pixels | None:
    """*source*, at most LONGEST_PX long; None: it hardly shows more than the square."""
    longest = max(source.shape[:2])
    if longest < _WIDER * square.size:
        return None
    if longest <= LONGEST_PX:
        return source
    height, width = (round(side * LONGEST_PX / longest) for side in source.shape[:2])
    return np.asarray(cv2.resize(source, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def read_scene(manifest: Manifest, content: bytes) -> Scene:
    """From the file of a package. Raises PackageInvalid."""
    picture, source, crop = decode_webp(content)[..., :3], manifest.source, manifest.crop
    scale = picture.shape[1] / source.width
    if abs(picture.shape[0] - scale * source.height) > 1:
        raise PackageInvalid(f"{FILE} has not the shape of the picture that was used")
    return Scene(picture, scale * crop.x, scale * crop.y, scale * crop.size)
