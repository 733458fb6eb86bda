"""Voices, models, and text to speech on its own."""

import asyncio
import io
import wave
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.errors import LimitExceeded
from avatar_serving.media import Manner
from avatar_serving.stages.llm import LanguageModel, find_model
from avatar_serving.stages.tts import find_voice
from avatar_serving.text.clauses import clauses
from avatar_serving.text.languages import language_of
from deployments.guard import require_key, services
from deployments.services import Services
from pipelines.converse import speak

router = APIRouter(tags=["speech and models"], dependencies=[Depends(require_key)])

SAMPLE_RATE = 24_000


class SpeechBody(BaseModel):
    """OpenAI's ``/v1/audio/speech``; unknown fields are ignored as clients send many."""

    model_config = ConfigDict(extra="ignore")

    input: str = Field(min_length=1)
    voice: str = ""
    model: str = "default"
    response_format: Literal["wav", "pcm"] = "wav"
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    pitch: float = Field(default=0.0, ge=-6, le=6)
    """Ours: semitones above the voice's own."""


@router.get("/v1/models")
async def models(request: Request) -> dict[str, Any]:
    """The language models that a session can choose, the default first."""
    offered = await asyncio.to_thread(services(request).profile.llm.models)
    return {"object": "list", "data": [_model(m, m is offered[0]) for m in offered]}


@router.get("/v1/models/{model}")
async def one_model(request: Request, model: str) -> dict[str, Any]:
    """``default`` is the profile's default."""
    config = services(request).profile.llm
    found = await asyncio.to_thread(find_model, config, model)
    return _model(found, found.id == config.model_id())


def _model(model: LanguageModel, default: bool) -> dict[str, Any]:
    fixed = {"object": "model", "created": 0, "owned_by": "avatar-serving"}
    return {**asdict(model), **fixed, "default": default}


@router.post("/v1/audio/speech", response_class=Response)
async def speech(request: Request, body: SpeechBody) -> Response:
    """Text to speech: 24 kHz mono, 16 bit."""
    held = services(request)
    maximum = held.profile.limits.text_chars
    if len(body.input) > maximum:
        raise LimitExceeded("limits.text_chars", len(body.input), maximum)
    voice = find_voice(held.profile.tts, body.voice or held.profile.voice)
    manner = Manner(voice.id, language_of(body.input), body.speed, body.pitch, animated=False)
    pcm = await spoken_pcm(held, body.input, manner)
    if body.response_format == "pcm":
        return Response(pcm, media_type="audio/pcm")
    return Response(wav_of(pcm), media_type="audio/wav")


async def spoken_pcm(held: Services, text: str, manner: Manner) -> bytes:
    """A whole text spoken: 24 kHz mono, 16 bit."""
    pcm = bytearray()
    async with aclosing(speak(held.converse, clauses(_whole(text)), manner)) as stretches:
        async for stretch in stretches:
            pcm += stretch.speech.audio.pcm
    return bytes(pcm)


async def _whole(text: str) -> AsyncGenerator[str, None]:
    yield text


def wav_of(pcm: bytes) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(pcm)
    return buffer.getvalue()
