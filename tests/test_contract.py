"""What every engine of every stage owes, found through the unions of their configs."""

import asyncio
import threading
from contextlib import aclosing
from importlib.util import find_spec
from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError

from avatar_serving import weights
from avatar_serving.config import STAGES, Profile, load_profile
from avatar_serving.errors import AvatarError
from avatar_serving.flow import collect
from avatar_serving.media import (
    AnimateRequest,
    AudioChunk,
    ChatRequest,
    Image,
    Look,
    Message,
    Phone,
    ReconstructRequest,
    RenderRequest,
    SpeechRequest,
    StyliseRequest,
    Utterance,
)


def engines():
    for stage in STAGES:
        annotation = Profile.model_fields[stage].annotation
        for config in get_args(annotation) or (annotation,):
            yield pytest.param(stage, config, id=f"{stage}-{config.model_fields['engine'].default}")


def configured(stage, config):
    """The engine with its defaults, or as a built-in profile sets it up."""
    for name in ("cpu", "test"):
        wanted = getattr(load_profile(name), stage)
        if type(wanted) is config:
            return wanted
    return config(**REQUIRED.get(config.model_fields["engine"].default, {}))


REQUIRED = {"openai": {"base_url": "http://127.0.0.1:9/v1", "model": "none"}}


def portrait():
    skimage_data = pytest.importorskip("skimage.data")
    pixels = skimage_data.astronaut()
    return Image(pixels.tobytes(), pixels.shape[1], pixels.shape[0])


async def request_for(stage, config):
    match stage:
        case "review" | "vlm":
            return portrait()
        case "stylise":
            look = Look() if config.engine == "none" else Look(background="#204060")
            return StyliseRequest(portrait(), look)
        case "reconstruct":
            return ReconstructRequest(portrait())
        case "asr":
            tone = np.sin(np.arange(16_000) / 12) * 9000
            return Utterance(AudioChunk(tone.astype("<i2").tobytes(), 16_000), "en")
        case "llm":
            return ChatRequest((Message("user", "Say hello."),), max_tokens=12, seed=1)
        case "tts":
            return SpeechRequest("Good morning to you.", config.voices()[0].id)
        case "animate":
            return AnimateRequest(1.0, (Phone("ɑ", 0.1, 0.5), Phone("m", 0.5, 0.7)))
        case "render":
            plain = load_profile("test").reconstruct.build()
            package = [i async for i in plain.run(ReconstructRequest(portrait()))][-1]
            frames = tuple(
                await collect(load_profile("test").animate.build().run(AnimateRequest(0.2)))
            )
            return RenderRequest(package, frames, 64)


def built(stage, config):
    engine = configured(stage, config)
    for name in engine.required_modules():
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed; tests/torch has the engine's tests")
    for name in engine.required_weights():
        try:
            weights.path(name)
        except AvatarError as error:
            pytest.skip(f"LOUD: {error}")
    return engine, engine.build()


def remote(config):
    return config.model_fields["engine"].default == "openai"


@pytest.mark.weights
@pytest.mark.parametrize(("stage", "config"), engines())
async def test_an_engine_streams_and_stops(stage, config):
    if remote(config):
        pytest.skip("needs a server; tests/llm and tests/vlm have one")
    engine, made = built(stage, config)
    request = await request_for(stage, engine)
    assert await collect(made.run(request))
    before = asyncio.all_tasks()
    async with aclosing(made.run(request)) as items:
        async for _ in items:
            break
    for _ in range(600):
        if asyncio.all_tasks() <= before and not _workers():
            break
        await asyncio.sleep(0.1)
    assert asyncio.all_tasks() <= before
    assert not _workers(), "a thread goes on after its stream was closed"


def _workers():
    """Threads that step a blocking generator: they belong to one stream each."""
    return [t for t in threading.enumerate() if t.name.startswith("ThreadPoolExecutor")]


@pytest.mark.parametrize(("stage", "config"), engines())
def test_an_engine_is_strict_frozen_and_described(stage, config):
    engine = configured(stage, config)
    with pytest.raises(ValidationError, match="Extra inputs"):
        config.model_validate(engine.model_dump() | {"no_such_option": 1})
    with pytest.raises(ValidationError, match="frozen"):
        engine.engine = "other"
    lock = weights.library().lock
    assert all(lock.get(name) for name in engine.required_weights())


def test_a_wrong_engine_names_the_right_ones():
    options = load_profile("test").model_dump() | {"tts": {"engine": "kokorro"}}
    with pytest.raises(ValidationError, match="'hibari'.*'kokoro'"):
        Profile.model_validate(options)
