"""Talking videos: asked for, followed, fetched, cancelled."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile

from avatar_serving import images
from avatar_serving.errors import AvatarError, InvalidRequest, LimitExceeded, NotFound
from avatar_serving.film.backdrop import Backdrop, backdrop_of
from avatar_serving.film.formats import format_of
from avatar_serving.film.framing import sized
from avatar_serving.film.recording import Recording, read_recording
from avatar_serving.media import Emotion, Image, Manner, Mood
from avatar_serving.protocol.ids import new_id
from avatar_serving.rails import Guard, Rails
from avatar_serving.stages.tts import find_voice
from avatar_serving.store import AvatarRow
from avatar_serving.text.languages import language_of
from deployments.failures import error_body
from deployments.guard import avatar_for, caller_of, require_key, sees, services
from deployments.pictures import image_limits, parsed
from deployments.powers import count_blocked
from deployments.services import Services
from deployments.video_states import VideoState
from deployments.videos import check_ready
from pipelines.talking_video import VideoRequest, VideoStages, talking_video

router = APIRouter(tags=["videos"], dependencies=[Depends(require_key)])


class VideoBody(BaseModel):
    """The JSON body, or the ``request`` field of a form."""

    model_config = ConfigDict(extra="forbid")

    avatar: str
    text: str = ""
    """What is said; empty where the form brings ``audio``."""
    voice: str = ""
    """The avatar's own unless given, as are speed and pitch."""
    language: str = ""
    speed: float | None = Field(default=None, ge=0.5, le=2.0)
    pitch: float | None = Field(default=None, ge=-6, le=6)
    mood: Emotion = "neutral"
    intensity: float = Field(default=0.7, ge=0, le=1)
    size: str | None = None
    aspect: str | None = None
    height: int | None = None
    fps: int = 30
    background: str = "keep"
    """keep, transparent, #rrggbb, or image: the form's ``background_image``."""
    format: Literal["mp4", "webm", "mov"] = "mp4"


class _Asked:
    """A request with its files."""

    def __init__(self, body: VideoBody, recording: Recording | None, behind: Image | None) -> None:
        self.body = body
        self.recording = recording
        self.behind = behind


@router.post("/v1/videos", status_code=202)
async def create_video(request: Request) -> dict[str, Any]:
    """Ask for a video: JSON, or a form with ``request`` (JSON), ``audio``, ``background_image``."""
    held = services(request)
    held.videos.check()
    asked = await _asked(request, held)
    caller = caller_of(request)
    row = await asyncio.to_thread(avatar_for, held, caller, asked.body.avatar)
    if asked.recording is None:
        await _check_text(held, row, asked.body.text)
    content = await asyncio.to_thread(held.store.package, row.id)
    job = new_id("video")
    wanted = _wanted(held, asked, row, content, job)
    await held.allowances.creation(caller)
    state = _state(job, row, wanted, caller.owner)
    stages = VideoStages(held.converse, held.stages["render"])
    await held.videos.start(state, lambda: talking_video(stages, wanted))
    return public(state)


@router.get("/v1/videos")
async def list_videos(request: Request) -> dict[str, Any]:
    """Newest first."""
    caller = caller_of(request)
    states = await asyncio.to_thread(services(request).videos.folder.all)
    data = [public(state) for state in states if sees(caller, state.owner)]
    return {"object": "list", "data": data}


@router.get("/v1/videos/{video_id}")
async def get_video(request: Request, video_id: str) -> dict[str, Any]:
    return public(await _state_for(request, video_id))


@router.get("/v1/videos/{video_id}/events", response_class=StreamingResponse)
async def video_events(request: Request, video_id: str) -> StreamingResponse:
    """Server-sent events: ``progress``, and at last ``done`` or ``error``."""
    held = services(request)
    await _state_for(request, video_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(held, video_id), media_type="text/event-stream", headers=headers
    )


@router.get("/v1/videos/{video_id}/content", response_class=FileResponse)
async def video_content(request: Request, video_id: str) -> FileResponse:
    """The file, whole or in ranges."""
    state = await _state_for(request, video_id)
    check_ready(state)
    path = await asyncio.to_thread(services(request).videos.folder.fetch, video_id, state.file)
    return FileResponse(path, media_type=state.media_type, filename=f"{video_id}{path.suffix}")


@router.delete("/v1/videos/{video_id}")
async def delete_video(request: Request, video_id: str) -> dict[str, Any]:
    """Cancel it if it is being made, and delete it."""
    await _state_for(request, video_id)
    await services(request).videos.delete(video_id)
    return {"id": video_id, "object": "video.deleted", "deleted": True}


async def _state_for(request: Request, video_id: str) -> VideoState:
    """Raises NotFound: there is none, or it is another owner's."""
    state = await asyncio.to_thread(services(request).videos.folder.read, video_id)
    if not sees(caller_of(request), state.owner):
        raise NotFound("video", video_id)
    return state


async def _asked(request: Request, held: Services) -> _Asked:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return _checked(_Asked(parsed(VideoBody, await request.body()), None, None), held)
    async with request.form(max_files=2, max_fields=1) as form:
        field = form.get("request")
        body = parsed(VideoBody, field if isinstance(field, str) else b"")
        audio, picture = form.get("audio"), form.get("background_image")
        recording = behind = None
        limits = held.profile.limits
        if isinstance(audio, UploadFile):
            data = await uploaded(audio, "limits.audio_bytes", limits.audio_bytes)
            recording = await asyncio.to_thread(read_recording, data, limits.video_s)
        if isinstance(picture, UploadFile):
            data = await uploaded(picture, "limits.image_bytes", limits.image_bytes)
            behind = await asyncio.to_thread(images.decode, data, image_limits(held))
    return _checked(_Asked(body, recording, behind), held)


def _checked(asked: _Asked, held: Services) -> _Asked:
    text, maximum = asked.body.text, held.profile.limits.text_chars
    if bool(text.strip()) == (asked.recording is not None):
        raise InvalidRequest("give either a text, or a form with audio", "text")
    if len(text) > maximum:
        raise LimitExceeded("limits.text_chars", len(text), maximum)
    return asked


async def uploaded(upload: UploadFile, option: str, maximum: int) -> bytes:
    """Raises LimitExceeded: it is over *maximum*; names the *option*."""
    data = await upload.read(maximum + 1)
    if len(data) > maximum:
        raise LimitExceeded(option, upload.size or len(data), maximum)
    return data


async def _check_text(held: Services, row: AvatarRow, text: str) -> None:
    """Raises TextRefused: the profile's or the avatar's guard rails refuse it."""
    rails = held.profile.rails.and_also(Rails.model_validate(row.rails))
    await Guard(rails, held.stages["llm"], count_blocked).check_script(text)


def _wanted(
    held: Services, asked: _Asked, row: AvatarRow, content: bytes, job: str
) -> VideoRequest:
    body, profile = asked.body, held.profile
    width, height = sized(body.size, body.aspect, body.height)
    return VideoRequest(
        content,
        asked.recording or body.text,
        _manner(held, body, row),
        held.videos.folder.file(job, f"video.{body.format}"),
        width,
        height,
        body.fps,
        _backdrop(asked),
        longest_s=profile.limits.video_s,
        encoder=profile.encoder,
    )


def _manner(held: Services, body: VideoBody, row: AvatarRow) -> Manner:
    """The avatar's own voice, speed and pitch, unless others were asked for."""
    return Manner(
        find_voice(held.profile.tts, body.voice or row.voice or held.profile.voice).id,
        body.language or language_of(body.text),
        row.speed if body.speed is None else body.speed,
        row.pitch if body.pitch is None else body.pitch,
        zlib.crc32(row.id.encode()),
        mood=Mood(body.mood, 0.0 if body.mood == "neutral" else body.intensity),
    )


def _backdrop(asked: _Asked) -> Backdrop:
    if asked.body.background == "image" and asked.behind is None:
        raise InvalidRequest("background is image, but no background_image was sent", "background")
    return backdrop_of(asked.body.background, asked.behind)


def _state(job: str, row: AvatarRow, wanted: VideoRequest, owner: str) -> VideoState:
    return VideoState(
        id=job,
        avatar=row.id,
        size=f"{wanted.width}x{wanted.height}",
        fps=wanted.fps,
        file=wanted.output.name,
        media_type=format_of(wanted.output).media_type,
        created_at=int(time.time()),
        owner=owner,
    )


def public(state: VideoState) -> dict[str, Any]:
    """What a client is told of a video."""
    return state.model_dump(mode="json", exclude={"file", "owner"})


async def _events(held: Services, video_id: str) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(held.videos.follow(video_id)) as states:
            async for state in states:
                kind = {"completed": "done", "failed": "error"}.get(state.status, "progress")
                yield _sse(kind, public(state))
    except AvatarError as error:
        yield _sse("error", error_body(error))


def _sse(event: str, data: Any) -> str:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"
