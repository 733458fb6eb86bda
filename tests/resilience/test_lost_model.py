"""A real language model dies in the middle of an answer: another replica of it goes on, and where
there is none the avatar says so within seconds."""

import os
import signal
import time
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest

from avatar_serving.config import Placement
from avatar_serving.errors import AvatarError
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest, Manner, Message, SpeechRequest
from avatar_serving.stages.animate.still import StillConfig
from avatar_serving.stages.llm.llama_cpp import LlamaCppConfig
from avatar_serving.stages.tts.hibari import HibariConfig
from avatar_serving.weights import path as weight_path
from pipelines.converse import ConverseStages, converse
from tests.resilience.service import pids_of

pytestmark = [
    pytest.mark.weights,
    pytest.mark.serve,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.asyncio(loop_scope="module"),
]

SEA = ChatRequest((Message("user", "Tell me about the sea."),), max_tokens=48, temperature=0.0)
FROM_THE_START = 5
"""Words of an answer after which it is killed."""


@pytest.fixture(scope="module")
def model():
    """Two replicas of it run; what gives the way to them."""
    try:
        weight_path("qwen2.5-0.5b")
    except AvatarError as error:
        pytest.skip(f"LOUD: {error}")
    import ray
    from ray import serve

    from deployments.app import APP_NAME
    from deployments.stage import RemoteStage, deploy

    env = {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_WAIT_POLICY": "passive"}
    ray.init(address="local", num_cpus=2, include_dashboard=False, runtime_env={"env_vars": env})
    try:
        twice = Placement(num_cpus=0.1, min_replicas=2, max_replicas=2)
        config = LlamaCppConfig(parallel=1, context=1024, prompt_threads=1)
        serve.run(deploy("llm", config, twice), name=APP_NAME, route_prefix=None)
        yield lambda: RemoteStage("llm", serve.get_deployment_handle("llm", APP_NAME))
    finally:
        ray.shutdown()


def worked_s(pid: int) -> float:
    """Seconds of a core that a process has taken."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def test_an_answer_goes_on_at_the_other_replica(model):
    llm = model()
    whole = "".join(t for t in await collect(llm.run(SEA)) if isinstance(t, str))
    before = {pid: worked_s(pid) for pid in pids_of("llm")}
    assert len(before) == 2
    said, came_s = list[str](), list[float]()
    async with aclosing(llm.run(SEA)) as deltas:
        async for delta in deltas:
            if not isinstance(delta, str):
                continue
            said.append(delta)
            came_s.append(time.monotonic())
            if len(said) == FROM_THE_START:
                writer = max(before, key=lambda pid: worked_s(pid) - before[pid])
                os.kill(writer, signal.SIGKILL)
    text = "".join(said)
    pause_s = max(after - one for one, after in pairwise(came_s))
    print(f"the longest pause was {pause_s:.2f} s\nundisturbed: {whole}\nkilled: {text}")
    assert len(text.split()) > 20, "an answer of the usual length"
    assert writer not in pids_of("llm")
    began = time.monotonic()
    async with aclosing(llm.run(SEA)) as again:
        assert await anext(again)
    print(f"the next answer began after {time.monotonic() - began:.2f} s")


async def test_the_avatar_speaks_while_no_model_is_left(model, monkeypatch):
    from deployments import stage

    monkeypatch.setattr(stage, "_GO_ON_S", 120.0)
    tts = HibariConfig().build()
    await collect(tts.run(SpeechRequest("Hello.", "hibari")))
    stages, manner = (
        ConverseStages(model(), tts, StillConfig().build()),
        Manner("hibari", animated=False),
    )
    shown, came_s, killed_s = list[str](), list[float](), 0.0
    async with aclosing(converse(stages, SEA, manner)) as stretches:
        async for stretch in stretches:
            shown.append(stretch.text)
            came_s.append(time.monotonic())
            if not killed_s:
                for pid in pids_of("llm"):
                    os.kill(pid, signal.SIGKILL)
                killed_s = time.monotonic()
    aside = shown.index("")
    said_s, back_s = (came_s[place] - killed_s for place in (aside, aside + 1))
    print(f"{shown}\n'One moment' after {said_s:.2f} s, the answer after {back_s:.2f} s")
    assert 0 < aside < len(shown) - 1, "it was said before the rest of the answer"
    assert len(" ".join(shown).split()) > 20, "an answer of the usual length"
