"""Making, listing and fetching avatars."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from avatar_serving import images, logs, metrics
from avatar_serving.errors import AvatarError, InvalidRequest, LimitExceeded
from avatar_serving.flow import last
from avatar_serving.media import Description, Drawing, Image, Look, Progress, Review
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.tts import find_voice
from avatar_serving.store import Character
from deployments.failures import error_body
from deployments.guard import avatar_for, caller_of, own_avatar, require_key, sees, services
from deployments.routes_personas import CharacterBody, character_of
from deployments.services import Services
from pipelines.create_avatar import (
    Created,
    CreateItem,
    CreateRequest,
    create_avatar,
    describe,
)

log = logs.get()
router = APIRouter(tags=["avatars"], dependencies=[Depends(require_key)])


class DrawingBody(BaseModel):
    """For a profile whose portraits are drawn by words."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(default="", max_length=1000)
    negative: str = Field(default="", max_length=1000)
    expression: str = "keep"
    pose: str = "keep"
    scene: str = "keep"
    steps: int = Field(default=0, ge=0, le=100)
    guidance: float = Field(default=-1.0, ge=-1, le=30)
    seed: int = Field(default=0, ge=0, lt=2**32)
    adapter: str = Field(default="", max_length=80)


class LookBody(BaseModel):
    """How the portrait is changed before it becomes an avatar."""

    model_config = ConfigDict(extra="forbid")

    restore: bool = False
    style: str = "none"
    strength: float = Field(default=0.6, ge=0, le=1)
    background: str = Field(default="keep", pattern=r"^(keep|blur|image|#[0-9a-fA-F]{6})$")
    drawing: DrawingBody | None = None

    def look(self, behind: Image | None) -> Look:
        drawing = Drawing(**self.drawing.model_dump()) if self.drawing else None
        simple = self.model_dump(exclude={"drawing"})
        return Look(**simple, background_image=behind, drawing=drawing)


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


@router.post("/v1/avatars/review")
async def review_image(request: Request, image: Annotated[UploadFile, File()]) -> dict[str, Any]:
    """Look at a picture before making an avatar of it. Nothing is kept."""
    held = services(request)
    with held.creations.reserve():
        picture = await asyncio.to_thread(
            images.decode, await _bytes(image, held), image_limits(held)
        )
        review = await last(held.create.review.run(picture))
        described = None
        if review.refused is None:
            described = asdict(await describe(held.create.vlm, held.create.llm, picture))
    return {"review": _review(review), "description": described}


@router.post("/v1/avatars", response_class=StreamingResponse)
async def create(
    request: Request,
    image: Annotated[UploadFile, File()],
    form: Annotated[str, Form(alias="request", max_length=100_000)],
    background_image: Annotated[UploadFile | None, File()] = None,
) -> StreamingResponse:
    """Make an avatar. The answer is a stream of server-sent events; the last is done or error."""
    held = services(request)
    body = _parse(form)
    _check_texts(body, held)
    voice = find_voice(held.profile.tts, body.voice or held.profile.voice).id
    behind = None
    if background_image is not None:
        data = await _bytes(background_image, held)
        behind = await asyncio.to_thread(images.decode, data, image_limits(held))
    if body.look.background == "image" and behind is None:
        raise InvalidRequest("look.background is image, but no background_image was sent", "look")
    wanted = CreateRequest(
        image=await _bytes(image, held),
        name=body.name,
        consent=body.consent,
        voice=voice,
        look=body.look.look(behind),
        persona=body.persona,
        description=body.description,
        limits=image_limits(held),
    )
    chosen = body.model_dump(include={"template", "greeting", "speed", "pitch"})
    character = character_of(held, CharacterBody.model_validate(chosen))
    caller = caller_of(request)
    held.creations.check()
    held.allowances.creation(caller)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = _events(held, wanted, character, caller.owner)
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


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


@router.get("/v1/looks")
async def looks(request: Request) -> dict[str, Any]:
    """What can be chosen for ``look``."""
    styles = services(request).profile.stylise.styles()
    return {
        "restore": any(name != "none" for name, _ in styles),
        "styles": [{"id": name, "name": title} for name, title in styles],
        "backgrounds": ["keep", "blur", "#rrggbb", "image"],
        "drawing": services(request).profile.stylise.drawing_choices(),
    }


def image_limits(held: Services) -> images.ImageLimits:
    limits = held.profile.limits
    return images.ImageLimits(max_bytes=limits.image_bytes, max_pixels=limits.image_pixels)


async def _events(
    held: Services, wanted: CreateRequest, character: Character, owner: str
) -> AsyncGenerator[str, None]:
    try:
        with held.creations.reserve():
            async with aclosing(create_avatar(held.create, wanted)) as items:
                async for item in items:
                    yield await _event(held, item, character, owner)
        metrics.created.labels("done").inc()
    except AvatarError as error:
        metrics.created.labels(error.code).inc()
        yield _sse("error", error_body(error)["error"])
    except Exception as error:
        log.error("making an avatar failed", exc_info=error)
        metrics.created.labels("internal").inc()
        failure = AvatarError("something went wrong on the server; please try again")
        yield _sse("error", error_body(failure)["error"])


async def _event(held: Services, item: CreateItem, character: Character, owner: str) -> str:
    match item:
        case Progress():
            return _sse("progress", asdict(item))
        case Review():
            return _sse("review", _review(item))
        case Description():
            return _sse("description", asdict(item))
        case Created(package):
            row = await asyncio.to_thread(held.store.add_avatar, package, character, owner)
            return _sse("done", {"avatar": row.public()})


def _sse(event: str, data: Any) -> str:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"


def _review(review: Review) -> dict[str, Any]:
    picture = base64.b64encode(review.measured).decode()
    return {
        "checks": [asdict(c) for c in review.checks],
        "face_box": review.face_box,
        "measured": f"data:image/webp;base64,{picture}" if picture else None,
    }


async def _bytes(upload: UploadFile, held: Services) -> bytes:
    maximum = held.profile.limits.image_bytes
    data = await upload.read(maximum + 1)
    if len(data) > maximum:
        raise LimitExceeded("limits.image_bytes", upload.size or len(data), maximum)
    return data


def _parse(form: str) -> CreateBody:
    try:
        return CreateBody.model_validate_json(form)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "request"
        raise InvalidRequest(f"{where}: {first['msg']}", where) from error


def _check_texts(body: CreateBody, held: Services) -> None:
    maximum = held.profile.limits.text_chars
    for text in (body.persona, body.description):
        if len(text) > maximum:
            raise LimitExceeded("limits.text_chars", len(text), maximum)
