"""How a portrait can be changed: what is on offer, and how it would look."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving import images, metrics
from avatar_serving.config import Profile
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Drawing, Image, Look
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.reconstruct import most_pictures
from avatar_serving.stages.stylise.choices import DrawingChoices
from avatar_serving.store import Caller
from deployments.adapters import can_teach, check_adapter, hidden
from deployments.guard import caller_of, require_key, services
from deployments.pictures import data_url, image_of, parsed
from deployments.services import Services
from deployments.sse import ending, sse, streamed
from pipelines.restyle import RestyleRequest, restyle

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
        """Raises InvalidRequest: a picture is wanted behind the person, and there is none."""
        if self.background == "image" and behind is None:
            raise InvalidRequest(
                "look.background is image, but no background_image was sent", "look"
            )
        drawing = Drawing(**self.drawing.model_dump()) if self.drawing else None
        simple = self.model_dump(exclude={"drawing"})
        return Look(**simple, background_image=behind, drawing=drawing)


class PreviewBody(BaseModel):
    """The ``request`` field of the form, as JSON."""

    model_config = ConfigDict(extra="forbid")

    consent: Consent
    look: LookBody
    face: int = Field(default=0, ge=0)
    """Which of several faces, 1 being the leftmost; 0: the picture is of one person."""


@router.get("/v1/looks")
async def looks(request: Request) -> dict[str, Any]:
    """What can be chosen for ``look``."""
    profile = services(request).profile
    styles = profile.stylise.styles()
    drawing = await asyncio.to_thread(_drawing, profile, caller_of(request))
    return {
        "restore": any(name != "none" for name, _ in styles),
        "styles": [{"id": name, "name": title} for name, title in styles],
        "backgrounds": ["keep", "blur", "#rrggbb", "image"],
        "drawing": drawing.model_dump() if drawing else None,
        "training": can_teach(profile),
        "pictures": most_pictures(profile.reconstruct),
    }


@router.post("/v1/looks/preview", response_class=StreamingResponse)
async def preview(
    request: Request,
    image: Annotated[UploadFile, File()],
    form: Annotated[str, Form(alias="request", max_length=100_000)],
    background_image: Annotated[UploadFile | None, File()] = None,
) -> StreamingResponse:
    """Change a picture and show it, without making an avatar.

    The drawing stays in memory for ten minutes, for an avatar that is made of it; nothing else.

    The answer is a stream of server-sent events; the last is done or error.
    """
    held, caller = services(request), caller_of(request)
    body = parsed(PreviewBody, form)
    behind = await image_of(background_image, held) if background_image else None
    look = body.look.look(behind)
    await asyncio.to_thread(check_look, held.profile, caller, look)
    held.creations.check()
    await held.allowances.creation(caller)
    wanted = RestyleRequest(await image_of(image, held), look, body.consent, body.face)
    return streamed(ending(_events(held, wanted), _count))


def check_look(profile: Profile, caller: Caller, look: Look) -> None:
    """Reads files. Raises NotFound: it asks for another owner's character."""
    if look.drawing:
        check_adapter(profile, caller, look.drawing.adapter)


def _drawing(profile: Profile, caller: Caller) -> DrawingChoices | None:
    """Without the characters of others."""
    offered = profile.stylise.drawing_choices()
    if offered is None:
        return None
    theirs = hidden(profile, caller)
    kept = tuple(choice for choice in offered.adapter if choice.id not in theirs)
    return offered.model_copy(update={"adapter": kept})


async def _events(held: Services, wanted: RestyleRequest) -> AsyncGenerator[str, None]:
    stages = held.create
    with held.creations.reserve():
        async with aclosing(restyle(stages.review, stages.stylise, wanted)) as items:
            async for item in items:
                if isinstance(item, Image):
                    picture = data_url(images.encode(item, "webp"))
                    yield sse("done", {"picture": picture, "sides": [item.width, item.height]})
                else:
                    yield sse("progress", asdict(item))


def _count(result: str) -> None:
    metrics.previews.labels(result).inc()
