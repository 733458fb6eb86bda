"""Videos made of somebody's film: the same person says something else. Followed as all videos."""

import asyncio
import time
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile

from avatar_serving.errors import InvalidRequest, LimitExceeded
from avatar_serving.film.formats import format_of
from avatar_serving.film.recording import Recording, read_recording
from avatar_serving.footage.hearing import heard_in
from avatar_serving.footage.reading import glance
from avatar_serving.media import Manner
from avatar_serving.protocol.ids import new_id
from avatar_serving.rails import Guard
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.tts import find_voice
from avatar_serving.text.languages import language_of
from deployments.guard import caller_of, require_key, services
from deployments.pictures import parsed
from deployments.powers import count_blocked
from deployments.routes_videos import public, uploaded
from deployments.services import Services
from deployments.video_states import VideoState
from pipelines.footage import FootageRequest, footage_video

router = APIRouter(tags=["videos"], dependencies=[Depends(require_key)])


class FootageBody(BaseModel):
    """The ``request`` field of a form. Size, room and mood are the film's own."""

    model_config = ConfigDict(extra="forbid")

    consent: Consent
    """Of the person in the film."""
    text: str = ""
    """What is said; empty where the form brings ``audio``."""
    voice: str = ""
    """The profile's own unless given."""
    language: str = ""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    pitch: float = Field(default=0.0, ge=-6, le=6)
    fps: int | None = None
    """Null: the film's own, if a video may have it."""
    format: Literal["mp4", "webm", "mov"] = "mp4"


@router.post("/v1/videos/footage", status_code=202)
async def create_from_film(request: Request) -> dict[str, Any]:
    """Ask for a video: a form with ``request`` (JSON), ``film``, and ``audio`` in place of text."""
    held = services(request)
    held.videos.check()
    body, film, recording = await _asked(request, held)
    if recording is None:
        guard = Guard(held.profile.rails, held.stages["llm"], count_blocked)
        await guard.check_script(body.text)
    caller, job = caller_of(request), new_id("video")
    wanted = _wanted(held, body, film, recording, job)
    size, fps = await asyncio.to_thread(_looked_at, wanted)
    await held.allowances.creation(caller)
    state = VideoState(
        id=job, size=size, fps=fps, file=wanted.output.name,
        media_type=format_of(wanted.output).media_type, created_at=int(time.time()),
        owner=caller.owner,
    )  # fmt: skip
    await held.videos.start(state, lambda: footage_video(held.converse, wanted))
    return public(state)


async def _asked(request: Request, held: Services) -> tuple[FootageBody, bytes, Recording | None]:
    limits = held.profile.limits
    async with request.form(max_files=2, max_fields=1) as form:
        field, film, audio = (form.get(name) for name in ("request", "film", "audio"))
        body = parsed(FootageBody, field if isinstance(field, str) else b"")
        if not isinstance(film, UploadFile):
            raise InvalidRequest("send the film in the form's file film", "film")
        recording = None
        if isinstance(audio, UploadFile):
            data = await uploaded(audio, "limits.audio_bytes", limits.audio_bytes)
            recording = await asyncio.to_thread(read_recording, data, limits.video_s)
        content = await uploaded(film, "limits.film_bytes", limits.film_bytes)
    if bool(body.text.strip()) == (recording is not None):
        raise InvalidRequest("give either a text or the file audio", "text")
    if len(body.text) > limits.text_chars:
        raise LimitExceeded("limits.text_chars", len(body.text), limits.text_chars)
    return body, content, recording


def _wanted(
    held: Services, body: FootageBody, film: bytes, recording: Recording | None, job: str
) -> FootageRequest:
    profile = held.profile
    voice = find_voice(profile.tts, body.voice or profile.voice).id
    language = body.language or language_of(body.text)
    return FootageRequest(
        film,
        recording or body.text,
        Manner(voice, language, body.speed, body.pitch),
        held.videos.folder.file(job, f"video.{body.format}"),
        body.consent,
        body.fps,
        longest_s=profile.limits.video_s,
        encoder=profile.encoder,
    )


def _looked_at(wanted: FootageRequest) -> tuple[str, int]:
    """Size and rate of the video to be. Raises FootageRejected: what its first picture and its
    sound tell."""
    first = glance(wanted.film)
    heard_in(wanted.film)
    height, width = first.picture.shape[:2]
    return f"{width}x{height}", wanted.rate(first.fps)
