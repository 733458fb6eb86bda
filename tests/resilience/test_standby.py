"""The only replica of a stage that a conversation waits for is killed: the engine that the gateway
has for this answers until another replica is there."""

import asyncio
import os
import signal
import time
from contextlib import aclosing
from functools import partial

import numpy as np
import pytest
from prometheus_client import REGISTRY

from avatar_serving.config import Placement
from avatar_serving.errors import AvatarError
from avatar_serving.flow import collect
from avatar_serving.media import AudioChunk, SpeechRequest, Utterance
from avatar_serving.stages.asr.faster_whisper import FasterWhisperConfig
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.tts.hibari import HibariConfig
from avatar_serving.weights import path as weight_path
from tests.resilience.service import pids_of

pytestmark = [
    pytest.mark.weights,
    pytest.mark.serve,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.asyncio(loop_scope="module"),
]

CLAUSE = SpeechRequest("The sea is wide and blue.", "hibari")
ENGINES: dict[str, StageConfig] = {
    "tts": HibariConfig(),
    "asr": FasterWhisperConfig(cpu_threads=1),
}


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    """One replica of each runs; what gives the way to one of them, as a gateway has it."""
    try:
        weight_path("whisper-base")
    except AvatarError as error:
        pytest.skip(f"LOUD: {error}")
    import ray
    from ray import serve

    from deployments.serve import start_ray
    from deployments.served import runs
    from deployments.stage import RemoteStage, deploy
    from deployments.standby import StandIn

    start_ray(str(tmp_path_factory.mktemp("metrics")), num_cpus=2)
    try:
        serve.start(proxy_location="Disabled")
        for name, config in ENGINES.items():
            serve.run(deploy(name, config, Placement(num_cpus=0.1)), name=name, route_prefix=None)

        def found(name: str):
            remote = RemoteStage(name, serve.get_deployment_handle(name, name))
            there = partial(runs, name, name)
            return StandIn(name, remote, "small", ENGINES[name].build(), there)

        yield found
    finally:
        ray.shutdown()


async def first_after_s(stage, request):
    """The first item of an answer, and how long it took."""
    began = time.monotonic()
    async with aclosing(stage.run(request)) as items:
        return await anext(items), time.monotonic() - began


async def spoken(tts):
    """The clause, as a microphone hears it."""
    sound = b"".join([part.audio.pcm for part in await collect(tts.run(CLAUSE))])
    samples = np.frombuffer(sound, np.int16)
    there = np.arange(0, len(samples), 24_000 / 16_000)
    heard = np.interp(there, np.arange(len(samples)), samples)
    return Utterance(AudioChunk(heard.astype(np.int16).tobytes(), 16_000), "en")


def stood_in(name: str) -> float:
    labels = {"stage": name, "engine": "small"}
    return REGISTRY.get_sample_value("avatar_stood_in_total", labels) or 0.0


async def test_engines_of_the_gateway_answer_until_replicas_are_back(stages):
    asked = {"tts": CLAUSE, "asr": await spoken(HibariConfig().build())}
    ways = {name: stages(name) for name in asked}
    well_s = {name: (await first_after_s(ways[name], asked[name]))[1] for name in asked}
    replicas = {name: pids_of(name)[0] for name in asked}
    for pid in replicas.values():
        os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    waits_s, back_s = {name: list[float]() for name in asked}, dict[str, float]()
    while away := asked.keys() - back_s.keys():
        assert time.monotonic() < killed + 240, f"no replica of {away} came back"
        for name in sorted(away):
            before = stood_in(name)
            item, took_s = await first_after_s(ways[name], asked[name])
            assert item.text.split()[-1] == "blue." if name == "asr" else item.audio.pcm
            waits_s[name].append(took_s)
            if stood_in(name) == before:
                back_s[name] = time.monotonic() - killed
        await asyncio.sleep(0.2)
    for name, (first_s, *others_s) in waits_s.items():
        print(f"{name}: {well_s[name]:.2f} s before, {first_s:.2f} s after the kill, then at most "
              f"{max(others_s):.2f} s; a replica was back after {back_s[name]:.1f} s")  # fmt: skip
        assert stood_in(name) and replicas[name] not in pids_of(name)
