"""The voices and languages of a service."""

import asyncio
import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from avatar_serving.media import Manner
from avatar_serving.speech_languages import speech_languages
from avatar_serving.stages.tts import Voice, find_voice
from avatar_serving.whole_files import write_whole
from deployments.guard import require_key, services
from deployments.routes_speech import spoken_pcm, wav_of
from deployments.services import Services

router = APIRouter(tags=["voices"], dependencies=[Depends(require_key)])

_SAMPLES = {
    "en": "Hello there. It is lovely to meet you. What shall we talk about today?",
    "zh": "你好，很高兴认识你。今天我们聊点什么呢？",
}


@router.get("/v1/voices")
async def voices(request: Request) -> dict[str, Any]:
    """Every voice, with its tags and where its sample is."""
    catalogue = services(request).profile.tts.voices()
    data = [{**asdict(v), "sample": f"/v1/voices/{v.id}/sample"} for v in catalogue]
    return {"object": "list", "data": data}


@router.get("/v1/voices/{voice_id}/sample", response_class=Response)
async def sample(
    request: Request,
    voice_id: str,
    speed: Annotated[float, Query(ge=0.5, le=1.5)] = 1.0,
    pitch: Annotated[float, Query(ge=-6, le=6)] = 0.0,
) -> Response:
    """The voice says a few words: WAV, 24 kHz. Kept, unless speed or pitch are changed."""
    held = services(request)
    voice = find_voice(held.profile.tts, voice_id)
    text = _SAMPLES.get(voice.language, _SAMPLES["en"])
    manner = Manner(voice.id, voice.language, speed, pitch, animated=False)
    if (speed, pitch) != (1.0, 0.0):
        return _answer(wav_of(await spoken_pcm(held, text, manner)))
    path = _kept(held, voice, text)
    if not await asyncio.to_thread(path.is_file):
        wav = wav_of(await spoken_pcm(held, text, manner))
        await asyncio.to_thread(_keep, path, wav)
    return _answer(await asyncio.to_thread(path.read_bytes))


@router.get("/v1/languages")
async def languages(request: Request) -> dict[str, Any]:
    """What can be understood and spoken here, and what cannot."""
    profile = services(request).profile
    found = speech_languages(profile.asr, profile.tts)
    return {"object": "list", "data": [asdict(language) for language in found]}


def _answer(wav: bytes) -> Response:
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(wav, media_type="audio/wav", headers=headers)


def _kept(held: Services, voice: Voice, text: str) -> Path:
    """Named after all that the sound depends on."""
    made_of = f"{held.profile.tts.model_dump_json()} {voice} {text}"
    name = hashlib.sha256(made_of.encode()).hexdigest()[:32]
    return held.environment.data / "voices" / f"{name}.wav"


def _keep(path: Path, wav: bytes) -> None:
    """Whole or not at all: two callers may want the same voice at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, wav)
