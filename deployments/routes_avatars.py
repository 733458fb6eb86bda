"""Making, listing and fetching avatars."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving import metrics
from avatar_serving.errors import InvalidRequest, LimitExceeded
from avatar_serving.flow import last
from avatar_serving.media import Description, Progress, Review
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.reconstruct import most_pictures
from avatar_serving.stages.tts import find_voice
from avatar_serving.store import Character
from deployments.guard import avatar_for, caller_of, own_avatar, require_key, sees, services
from deployments.pictures import data_url, image_bytes, image_limits, image_of, parsed
from deployments.routes_looks import LookBody, check_look
from deployments.routes_personas import CharacterBody, character_of
from deployments.services import Services
from deployments.sse import ending, sse, streamed
from pipelines.create_avatar import (
    Created,
    CreateItem,
    CreateRequest,
    Tongue,
    create_avatar,
    describe,
    person_of,
)

router = APIRouter(tags=["avatars"], dependencies=[Depends(require_key)])


class CreateBody(BaseModel):
    """The ``request`` field of the form, as JSON."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    consent: Consent
    look: LookBody = LookBody()
    voice: str = ""
    speed: float = Field(default=1.0, ge=0.5, le=1.5)
    pitch: float = Field(default=0.0, ge=-6, le=6)
    """Semitones above the voice's own."""
    persona: str = ""
    template: str = ""
    """Id of the persona it is made from; its rails become the avatar's."""
    greeting: str = Field(default="", max_length=400)
    description: str = ""
    language: Tongue = "en"
    """Of a description that is made."""
    face: int = Field(default=0, ge=0)
    """Which of several faces, 1 being the leftmost; 0: the picture is of one person."""


@router.post("/v1/avatars/review")
async def review_image(
    request: Request,
    image: Annotated[UploadFile, File()],
    face: Annotated[int, Form(ge=0)] = 0,
    language: Annotated[Tongue, Form()] = "en",
) -> dict[str, Any]:
    """Look at a picture, or at one of the faces in it, before making an avatar. Nothing is kept."""
    held = services(request)
    with held.creations.reserve():
        picture = await person_of(held.create.review, await image_of(image, held), face)
        review = await last(held.create.review.run(picture))
        described = None
        if review.refused is None:
            seen = await describe(held.create.vlm, held.create.llm, picture, language)
            described = asdict(seen)
    return {"review": _review(review), "description": described}


@router.post("/v1/avatars", response_class=StreamingResponse)
async def create(
    request: Request,
    image: Annotated[UploadFile, File()],
    form: Annotated[str, Form(alias="request", max_length=100_000)],
    background_image: Annotated[UploadFile | None, File()] = None,
    more_images: Annotated[list[UploadFile] | None, File()] = None,
) -> StreamingResponse:
    """Make an avatar. The answer is a stream of server-sent events; the last is done or error."""
    held = services(request)
    body = parsed(CreateBody, form)
    _check_texts(body, held)
    voice = find_voice(held.profile.tts, body.voice or held.profile.voice).id
    behind = await image_of(background_image, held) if background_image else None
    look = body.look.look(behind)
    await asyncio.to_thread(check_look, held.profile, caller_of(request), look)
    wanted = CreateRequest(
        image=await image_bytes(image, held),
        name=body.name,
        consent=body.consent,
        voice=voice,
        look=look,
        persona=body.persona,
        description=body.description,
        limits=image_limits(held),
        face=body.face,
        language=body.language,
        more=await _more(more_images or [], held),
    )
    chosen = body.model_dump(include={"template", "greeting", "speed", "pitch"})
    character = character_of(held, CharacterBody.model_validate(chosen))
    caller = caller_of(request)
    held.creations.check()
    await held.allowances.creation(caller)
    return streamed(ending(_events(held, wanted, character, caller.owner), _count))


async def _more(uploads: list[UploadFile], held: Services) -> tuple[bytes, ...]:
    """Raises InvalidRequest: the engine does not look at so many. LimitExceeded."""
    if (asked := 1 + len(uploads)) > (most := most_pictures(held.profile.reconstruct)):
        raise InvalidRequest(f"{asked} pictures: the engine looks at {most}", "more_images")
    return tuple([await image_bytes(upload, held) for upload in uploads])


@router.get("/v1/avatars")
async def list_avatars(request: Request) -> dict[str, Any]:
    """Newest first."""
    caller = caller_of(request)
    rows = await asyncio.to_thread(services(request).store.avatars)
    return {"object": "list", "data": [row.public() for row in rows if sees(caller, row.owner)]}


@router.get("/v1/avatars/{avatar_id}")
async def get_avatar(request: Request, avatar_id: str) -> dict[str, Any]:
    row = await asyncio.to_thread(avatar_for, services(request), caller_of(request), avatar_id)
    return row.public()


@router.delete("/v1/avatars/{avatar_id}")
async def delete_avatar(request: Request, avatar_id: str) -> dict[str, Any]:
    """Delete the avatar and its files for good."""
    held = services(request)
    await asyncio.to_thread(own_avatar, held, caller_of(request), avatar_id)
    await asyncio.to_thread(held.store.delete_avatar, avatar_id)
    return {"id": avatar_id, "object": "avatar.deleted", "deleted": True}


@router.get("/v1/avatars/{avatar_id}/package", response_class=Response)
async def get_package(request: Request, avatar_id: str) -> Response:
    """The avatar package: see package-format.md."""
    held = services(request)
    await asyncio.to_thread(avatar_for, held, caller_of(request), avatar_id)
    data = await asyncio.to_thread(held.store.package, avatar_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{avatar_id}.zip"',
        "Cache-Control": "private, max-age=31536000, immutable",
    }
    return Response(data, media_type="application/zip", headers=headers)


@router.get("/v1/avatars/{avatar_id}/thumbnail", response_class=Response)
async def get_thumbnail(request: Request, avatar_id: str) -> Response:
    held = services(request)
    await asyncio.to_thread(avatar_for, held, caller_of(request), avatar_id)
    data = await asyncio.to_thread(held.store.thumbnail, avatar_id)
    return Response(
        data, media_type="image/webp", headers={"Cache-Control": "private, max-age=86400"}
    )


async def _events(
    held: Services, wanted: CreateRequest, character: Character, owner: str
) -> AsyncGenerator[str, None]:
    with held.creations.reserve():
        async with aclosing(create_avatar(held.create, wanted)) as items:
            async for item in items:
                yield await _event(held, item, character, owner)


def _count(result: str) -> None:
    metrics.created.labels(result).inc()


async def _event(held: Services, item: CreateItem, character: Character, owner: str) -> str:
    match item:
        case Progress():
            return sse("progress", asdict(item))
        case Review():
            return sse("review", _review(item))
        case Description():
            return sse("description", asdict(item))
        case Created(package):
            row = await asyncio.to_thread(held.store.add_avatar, package, character, owner)
            return sse("done", {"avatar": row.public()})


def _review(review: Review) -> dict[str, Any]:
    return {
        "checks": [asdict(c) for c in review.checks],
        "face_box": review.face_box,
        "faces": [asdict(face) for face in review.faces],
        "measured": data_url(review.measured) if review.measured else None,
    }


def _check_texts(body: CreateBody, held: Services) -> None:
    maximum = held.profile.limits.text_chars
    for text in (body.persona, body.description):
        if len(text) > maximum:
            raise LimitExceeded("limits.text_chars", len(text), maximum)
