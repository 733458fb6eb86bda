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
from avatar_serving.faces import FaceFinder, among
from avatar_serving.flow import last
from avatar_serving.media import Image, ReconstructRequest
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


def from_package(name: str, content: bytes, picture: bytes | None, face: int = 0) -> Subject:
    """*picture*: the file that the avatar was made of, if it is there; *face*: of which of several
    faces in it, 1 being the leftmost; 0: it is of one person.

    Raises:
        PackageInvalid, ImageRejected: one of the files cannot be used.
        InvalidRequest: it is another picture, or has no such face.
    """
    if picture is None:
        return Subject(name, content, None, None)
    pixels = images.to_array(person_in(picture, face))
    if package.inspect(content).source != source_entry(pixels):
        raise InvalidRequest("the portrait is not the one that the avatar was made of", "portrait")
    return Subject(name, content, _square(content, pixels), None)


def from_portrait(name: str, picture: bytes, face: int = 0) -> Subject:
    """Makes the avatar; *face* as for packages.

    Raises:
        ImageRejected: the picture cannot become one.
        InvalidRequest: it has no such face.
    """
    image = person_in(picture, face)
    stage = PortraitReconstructConfig().build()
    wall, cpu = time.perf_counter(), time.process_time()
    made = asyncio.run(last(stage.run(ReconstructRequest(image))))
    built = Built(time.perf_counter() - wall, time.process_time() - cpu)
    if not isinstance(made, bytes):
        raise StageFailed("reconstruct", "ended without an avatar")
    return Subject(name, made, _square(made, images.to_array(image)), built)


def person_in(picture: bytes, face: int) -> Image:
    """The part of the picture with that face; with 0, all of it."""
    image = images.decode(picture)
    if not face:
        return image
    faces = FaceFinder().find(images.to_array(image))
    return among.cut_out(image, among.found(faces, image.width, image.height), face)


def _square(content: bytes, picture: Pixels) -> Pixels:
    manifest = package.inspect(content)
    crop = manifest.crop
    return Square(crop.x, crop.y, crop.size).cut(picture, manifest.image_size)
