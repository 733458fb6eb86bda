"""Speech to text on its own, as OpenAI's API serves it."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse

from avatar_serving.flow import last
from avatar_serving.media import Utterance
from avatar_serving.sound_files import read_sound
from deployments.guard import require_key, services

router = APIRouter(tags=["speech and models"], dependencies=[Depends(require_key)])


@router.post("/v1/audio/transcriptions")
async def transcriptions(
    request: Request,
    file: Annotated[UploadFile, File()],
    model: Annotated[str, Form()] = "default",
    language: Annotated[str, Form()] = "",
    response_format: Annotated[Literal["json", "text", "verbose_json"], Form()] = "json",
) -> Response:
    """What is said in a sound file. *model* is the profile's, whatever is asked for."""
    held = services(request)
    data = await file.read()
    sound = await asyncio.to_thread(read_sound, data, held.profile.limits.file_s)
    with held.chats.reserve():
        heard = await last(held.stages["asr"].run(Utterance(sound, language or None)))
    if response_format == "text":
        return PlainTextResponse(heard.text + "\n")
    seconds = round(sound.seconds, 3)
    usage = {"type": "duration", "seconds": seconds}
    if response_format == "json":
        return JSONResponse({"text": heard.text, "usage": usage})
    told = {"task": "transcribe", "language": heard.language, "duration": seconds}
    return JSONResponse({**told, "text": heard.text, "usage": usage})
