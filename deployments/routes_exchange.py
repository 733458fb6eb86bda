"""Avatars in the formats of others, and from others."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from avatar_serving.avatars import package
from avatar_serving.errors import InvalidRequest, LimitExceeded
from avatar_serving.exchange.formats import KINDS, Format, exported, imported
from avatar_serving.safety.consent import Consent
from avatar_serving.safety.names import check_name
from avatar_serving.stages.tts import find_voice
from avatar_serving.weights.environment import read_environment
from deployments.guard import avatar_for, caller_of, require_key, services
from deployments.services import Services

router = APIRouter(tags=["avatars"], dependencies=[Depends(require_key)])


class ImportBody(BaseModel):
    """The ``request`` field of the form, as JSON. What is left out is taken from the package."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, max_length=80)
    consent: Consent | None = None
    voice: str = ""
    persona: str | None = None
    description: str | None = None


@router.get("/v1/avatars/{avatar_id}/export", response_class=Response)
async def export_avatar(request: Request, avatar_id: str, format: Format = "glb") -> Response:
    """The avatar as glTF, as Gaussians, or as a LAM chat package: see interop.md."""
    held, kind = services(request), KINDS[format]
    await asyncio.to_thread(avatar_for, held, caller_of(request), avatar_id)
    data = await asyncio.to_thread(held.store.package, avatar_id)
    with held.creations.reserve():
        made = await asyncio.to_thread(exported, data, format)
    disposition = f'attachment; filename="{avatar_id}{kind.suffix}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, max-age=86400"}
    return Response(made, media_type=kind.media_type, headers=headers)


@router.post("/v1/avatars/import")
async def import_avatar(
    request: Request,
    file: Annotated[UploadFile, File()],
    form: Annotated[str, Form(alias="request", max_length=100_000)] = "{}",
) -> dict[str, Any]:
    """Keep an avatar package of ours, or a LAM chat zip, as an avatar of this service."""
    held, body = services(request), _parse(form)
    for text in (body.persona or "", body.description or ""):
        if len(text) > held.profile.limits.text_chars:
            raise LimitExceeded("limits.text_chars", len(text), held.profile.limits.text_chars)
    await held.allowances.creation(caller_of(request))
    data = await file.read(package.MAX_PACKAGE_BYTES + 1)
    with held.creations.reserve():
        made = await asyncio.to_thread(_named, data, body, held)
        row = await asyncio.to_thread(held.store.add_avatar, made, owner=caller_of(request).owner)
    return row.public()


def _named(data: bytes, body: ImportBody, held: Services) -> bytes:
    made = imported(data)
    manifest = package.inspect(made)
    consent = body.consent or manifest.consent or Consent()
    consent.check()
    check_licences(manifest)
    voice = body.voice or (manifest.voice if _known(held, manifest.voice) else held.profile.voice)
    return package.with_details(
        made,
        name=check_name(body.name or manifest.name),
        description=manifest.description if body.description is None else body.description,
        voice=find_voice(held.profile.tts, voice).id,
        persona=manifest.persona if body.persona is None else body.persona,
        consent=consent.model_dump(mode="json"),
    )


def check_licences(manifest: package.Manifest) -> None:
    """Raises InvalidRequest: this service is for commercial use, and the avatar is not."""
    strict = [e for e in manifest.licences if e.licence_class != "commercial"]
    if strict and read_environment().commercial:
        parts = ", ".join(f"{e.part} ({e.licence}: {e.licence_class})" for e in strict)
        raise InvalidRequest(f"AVATAR_LICENCE=commercial does not allow {parts}", "file")


def _known(held: Services, voice: str) -> bool:
    return any(voice == known.id for known in held.profile.tts.voices())


def _parse(form: str) -> ImportBody:
    try:
        return ImportBody.model_validate_json(form)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "request"
        raise InvalidRequest(f"{where}: {first['msg']}", where) from error
