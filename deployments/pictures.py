"""Pictures and their forms, as strangers send them."""

import asyncio
import base64
from typing import TypeVar

from fastapi import UploadFile as FormFile
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from avatar_serving import images
from avatar_serving.errors import InvalidRequest, LimitExceeded
from avatar_serving.media import Image
from deployments.services import Services

Body = TypeVar("Body", bound=BaseModel)


def image_limits(held: Services) -> images.ImageLimits:
    limits = held.profile.limits
    return images.ImageLimits(max_bytes=limits.image_bytes, max_pixels=limits.image_pixels)


async def image_bytes(upload: FormFile | UploadFile, held: Services) -> bytes:
    """Raises LimitExceeded."""
    maximum = held.profile.limits.image_bytes
    data = await upload.read(maximum + 1)
    if len(data) > maximum:
        raise LimitExceeded("limits.image_bytes", upload.size or len(data), maximum)
    return data


async def image_of(upload: FormFile | UploadFile, held: Services) -> Image:
    """Raises LimitExceeded, ImageRejected."""
    data = await image_bytes(upload, held)
    return await asyncio.to_thread(images.decode, data, image_limits(held))


def data_url(webp: bytes) -> str:
    """A WebP file as ``data:image/webp;base64,...``."""
    return f"data:image/webp;base64,{base64.b64encode(webp).decode()}"


def parsed(body: type[Body], form: str | bytes) -> Body:
    """The JSON field ``request`` of a form. Raises InvalidRequest: names what is wrong."""
    try:
        return body.model_validate_json(form)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "request"
        raise InvalidRequest(f"{where}: {first['msg']}", where) from error
