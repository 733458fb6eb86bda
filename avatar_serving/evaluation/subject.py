"""What is evaluated: an avatar package, and the portrait it was made of where that is at hand."""

import asyncio
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.avatars import package
from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.manifest import source_entry
from avatar_serving.errors import InvalidRequest, StageFailed
from avatar_serving.flow import last
from avatar_serving.media import ReconstructRequest
from avatar_serving.stages.reconstruct.portrait import PortraitReconstructConfig

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Built:
    """How long the making took, after the models were loaded."""

    seconds: float
    cpu_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    name: str
    package: bytes
    portrait: Pixels | None
    """The square of the picture that the avatar was made of, in its own size."""
    built: Built | None


def from_package(name: str, content: bytes, picture: bytes | None) -> Subject:
    """*picture*: the file that the avatar was made of, if it is there.

    Raises:
        PackageInvalid, ImageRejected: one of the files cannot be used.
        InvalidRequest: it is another picture.
    """
    if picture is None:
        return Subject(name, content, None, None)
    pixels = images.to_array(images.decode(picture))
    if package.inspect(content).source != source_entry(pixels):
        raise InvalidRequest("the portrait is not the one that the avatar was made of", "portrait")
    return Subject(name, content, _square(content, pixels), None)


def from_portrait(name: str, picture: bytes) -> Subject:
    """Makes the avatar. Raises ImageRejected: the picture cannot become one."""
    image = images.decode(picture)
    stage = PortraitReconstructConfig().build()
    wall, cpu = time.perf_counter(), time.process_time()
    made = asyncio.run(last(stage.run(ReconstructRequest(image))))
    built = Built(time.perf_counter() - wall, time.process_time() - cpu)
    if not isinstance(made, bytes):
        raise StageFailed("reconstruct", "ended without an avatar")
    return Subject(name, made, _square(made, images.to_array(image)), built)


def _square(content: bytes, picture: Pixels) -> Pixels:
    manifest = package.inspect(content)
    crop = manifest.crop
    return Square(crop.x, crop.y, crop.size).cut(picture, manifest.image_size)
