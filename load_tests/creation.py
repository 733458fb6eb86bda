"""Making an avatar while others talk."""

import asyncio
import io
import time

from avatar_serving.client import Rest
from avatar_serving.errors import AvatarError
from load_tests.plan import Service, Visit
from load_tests.results import CreationResult

_STATEMENT = "A portrait in the public domain, for a load test."


class NoPhoto(AvatarError):
    """No picture to make avatars from."""

    code = "no_photo"


def portrait() -> bytes:
    """A photograph of an astronaut, NASA's, from scikit-image.

    Raises:
        NoPhoto: scikit-image is not installed.
    """
    try:
        from skimage.data import astronaut
    except ImportError as error:
        raise NoPhoto(
            "this scenario makes avatars: give --photo, or install scikit-image"
        ) from error
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(astronaut()).save(buffer, "PNG")
    return buffer.getvalue()


async def create(visit: Visit, service: Service, photo: bytes) -> CreationResult:
    """Make an avatar and delete it. Never raises for what the service does."""
    began_s = time.monotonic()
    at_s = round(visit.at_s, 3)
    try:
        await asyncio.to_thread(_create, service, photo)
    except AvatarError as error:
        reason = f"{error.code}: {error.message}"
        return CreationResult(visit=visit.index, at_s=at_s, seconds=None, reason=reason)
    seconds = round(time.monotonic() - began_s, 2)
    return CreationResult(visit=visit.index, at_s=at_s, seconds=seconds)


def _create(service: Service, photo: bytes) -> None:
    with Rest(service.url, service.api_key) as rest:
        steps = rest.create_avatar(photo, "Load test", statement=_STATEMENT)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return rest.delete_avatar(done.value.id)
