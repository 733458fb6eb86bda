"""Teaching the diffusion model a character: asked for, followed, cancelled; what came of it."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile

from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.media import Image
from avatar_serving.protocol.ids import new_id
from avatar_serving.safety.consent import Consent
from avatar_serving.safety.names import check_name
from avatar_serving.store import Caller
from avatar_serving.training.options import LoraOptions
from avatar_serving.training.pictures import MOST, check_number
from avatar_serving.training.record import NAME, AdapterRecord
from deployments.adapters import delete_own, teachable, visible
from deployments.guard import caller_of, require_key, sees, services
from deployments.pictures import image_of, parsed
from deployments.services import Services
from deployments.sse import ending, sse, streamed
from deployments.trainings import TrainingState
from pipelines.train_lora import TrainRequest, TrainStages, check_training

router = APIRouter(tags=["trainings"], dependencies=[Depends(require_key)])


class TrainingBody(BaseModel):
    """The ``request`` field of the form, as JSON."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=NAME)
    """Of the adapter, and the word for the character in prompts."""
    consent: Consent
    steps: int = Field(default=800, ge=1, le=5000)
    """At most; it ends when it no longer helps."""
    seed: int = Field(default=0, ge=0, lt=2**31)


@router.post("/v1/trainings", status_code=202)
async def create_training(request: Request) -> dict[str, Any]:
    """Teach a character: a form with ``request`` (JSON) and 4 to 20 ``pictures`` of it."""
    held, caller = services(request), caller_of(request)
    teachable(held.profile)
    held.trainings.check()
    with held.creations.reserve():  # so many pictures are large
        body, pictures = await _asked(request, held)
    wanted = _wanted(held, caller, body, pictures)
    await asyncio.to_thread(check_training, wanted)
    if await asyncio.to_thread(held.trainings.being_taught, wanted.name):
        raise InvalidRequest(f"{wanted.name!r} is being taught already", "name")
    await held.allowances.creation(caller)
    state = _state(wanted)
    stages = TrainStages(held.stages["review"], held.stages["vlm"], held.trainer)
    await held.trainings.start(state, lambda: held.trainings.clean(state, wanted, stages))
    return _public(state)


@router.get("/v1/trainings")
async def list_trainings(request: Request) -> dict[str, Any]:
    """Newest first."""
    held, caller = services(request), caller_of(request)
    states = await asyncio.to_thread(held.trainings.folder.all)
    data = [_public(state) for state in states if sees(caller, state.owner)]
    return {"object": "list", "data": data}


@router.get("/v1/trainings/{training_id}")
async def get_training(request: Request, training_id: str) -> dict[str, Any]:
    return _public(await _state_for(request, training_id))


@router.get("/v1/trainings/{training_id}/events", response_class=StreamingResponse)
async def training_events(request: Request, training_id: str) -> StreamingResponse:
    """Server-sent events: ``progress``, and at last ``done`` or ``error``."""
    await _state_for(request, training_id)
    events = _events(services(request), training_id)
    return streamed(ending(events, lambda result: None))


@router.get("/v1/trainings/{training_id}/samples/{step}", response_class=FileResponse)
async def training_sample(request: Request, training_id: str, step: int) -> FileResponse:
    """The first picture, drawn anew after so many steps: WebP."""
    state = await _state_for(request, training_id)
    if step not in state.samples:
        raise NotFound("sample", str(step))
    path = await asyncio.to_thread(services(request).trainings.sample, training_id, step)
    return FileResponse(path, media_type="image/webp")


@router.delete("/v1/trainings/{training_id}")
async def delete_training(request: Request, training_id: str) -> dict[str, Any]:
    """Cancel it if it is under way, and forget its course; an adapter that came of it stays."""
    held = services(request)
    state = await _state_for(request, training_id)
    await held.trainings.discard(state, teachable(held.profile)[1])
    return {"id": training_id, "object": "training.deleted", "deleted": True}


@router.get("/v1/adapters")
async def list_adapters(request: Request) -> dict[str, Any]:
    """Characters that were taught, by name."""
    held, caller = services(request), caller_of(request)
    found = await asyncio.to_thread(visible, held.profile, caller)
    return {"object": "list", "data": [_adapter(record) for record in found]}


@router.delete("/v1/adapters/{name}")
async def delete_adapter(request: Request, name: str) -> dict[str, Any]:
    """Delete the adapter and its files for good."""
    held = services(request)
    await asyncio.to_thread(delete_own, held.profile, caller_of(request), name)
    return {"id": name, "object": "adapter.deleted", "deleted": True}


async def _asked(request: Request, held: Services) -> tuple[TrainingBody, list[Image]]:
    async with request.form(max_files=MOST, max_fields=1) as form:
        field = form.get("request")
        body = parsed(TrainingBody, field if isinstance(field, str) else b"")
        sent = [each for each in form.getlist("pictures") if isinstance(each, UploadFile)]
        check_number(len(sent))
        return body, [await image_of(each, held) for each in sent]


def _wanted(
    held: Services, caller: Caller, body: TrainingBody, pictures: list[Image]
) -> TrainRequest:
    engine, home = teachable(held.profile)
    return TrainRequest(
        check_name(body.name), engine.model, pictures, body.consent, home, engine.side_px,
        LoraOptions(steps=body.steps, seed=body.seed, device=engine.device, dtype=engine.dtype),
        caller.owner,
    )  # fmt: skip


def _state(wanted: TrainRequest) -> TrainingState:
    return TrainingState(
        id=new_id("training"),
        name=wanted.name,
        model=wanted.model,
        pictures=len(wanted.pictures),
        steps=wanted.options.steps,
        created_at=int(time.time()),
        owner=wanted.owner,
    )


async def _state_for(request: Request, training_id: str) -> TrainingState:
    """Raises NotFound: there is none, or it is another owner's."""
    folder = services(request).trainings.folder
    state = await asyncio.to_thread(folder.read, training_id)
    if not sees(caller_of(request), state.owner):
        raise NotFound("training", training_id)
    return state


async def _events(held: Services, training_id: str) -> AsyncGenerator[str, None]:
    async with aclosing(held.trainings.follow(training_id)) as states:
        async for state in states:
            kind = {"completed": "done", "failed": "error"}.get(state.status, "progress")
            yield sse(kind, _public(state))


def _public(state: TrainingState) -> dict[str, Any]:
    return state.model_dump(mode="json", exclude={"owner"})


def _adapter(record: AdapterRecord) -> dict[str, Any]:
    told = record.model_dump(mode="json", exclude={"owner", "sha256", "consent"})
    return {"object": "adapter", **told, "consented_at": record.consent.at.isoformat()}
