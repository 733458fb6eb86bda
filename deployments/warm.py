"""Run every model of a conversation once, so that the first user does not wait for it."""

import asyncio

from avatar_serving import logs, metrics
from avatar_serving.flow import collect
from avatar_serving.media import (
    AnimateRequest,
    AudioChunk,
    ChatRequest,
    Message,
    SpeechRequest,
    Utterance,
)
from deployments.opening import make_clips
from deployments.services import Services

log = logs.get()
_SECOND = AudioChunk(b"\0\0" * 16_000, 16_000)
_SPOKEN = AudioChunk(b"\0\0" * 12_000, 24_000)


async def warm(services: Services) -> None:
    """Run each model of the gateway once, so that the first user does not wait for it."""
    with metrics.loads("gateway", "warm"):
        await _warm(services)
    log.info("models warm")


async def _warm(services: Services) -> None:
    stages = services.stages
    chat = ChatRequest((Message("user", "Say hello."),), max_tokens=2)
    await collect(stages["llm"].run(chat))
    heard, said = Utterance(_SECOND, "en"), SpeechRequest("Hello.", services.profile.voice)
    for those in (stages, services.standby):
        if "asr" in those:
            await collect(those["asr"].run(heard))
        if "tts" in those:
            await collect(those["tts"].run(said))
    await collect(stages["animate"].run(AnimateRequest(0.5, audio=_SPOKEN)))
    await asyncio.to_thread(services.end_of_turn.probability, _SECOND)
    services.vad.open().push(_SECOND.pcm)
    services.clips = await make_clips(stages["animate"])
