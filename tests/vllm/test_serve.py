"""vLLM on Ray Serve: in a replica, as the profile gpu places it, and behind Ray's own LLM API."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import httpx
import pytest
import ray
from ray import serve

from avatar_serving.config import Placement
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest, Message, Tokens
from avatar_serving.stages.llm import OpenAiConfig, VllmConfig
from avatar_serving.stages.llm.openai import OpenAiLlm
from deployments.ports import free_port
from deployments.stage import RemoteStage, deploy
from tests.folder_weights import Shelf
from tests.vllm.test_ray_llm import documented

ROOT = Path(__file__).parents[2]
ASKED = ChatRequest((Message("user", "What is the capital of France?"),), 12, temperature=0.0)


@pytest.fixture
def ports(shelf: Shelf, smollm2: Path, one_process: None) -> Iterator[tuple[int, int]]:
    """A local cluster whose processes find the model: where it answers and shows its figures."""
    shelf.put(**{"smollm2": smollm2})
    http, metrics = free_port(), free_port()
    ray.init(
        address="local",
        _node_ip_address="127.0.0.1",
        include_dashboard=False,
        num_cpus=4,  # Ray's own actors ask for whole ones
        object_store_memory=128 << 20,
        logging_level="ERROR",
        _metrics_export_port=metrics,
        runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}},
    )
    serve.start(http_options={"host": "127.0.0.1", "port": http})
    yield http, metrics
    serve.shutdown()
    ray.shutdown()


async def test_a_placed_model_answers_and_shows_its_figures(ports: tuple[int, int]) -> None:
    config = VllmConfig(
        model="smollm2",
        context=512,
        parallel=2,
        dtype="float32",
        cache_bytes=64 << 20,
        eager=True,
        metrics="ray",
        timeout_s=120,
    )
    placed = deploy("llm", config, Placement(num_cpus=0.5))
    await asyncio.to_thread(serve.run, placed, name="placed", route_prefix=None)
    llm = RemoteStage[ChatRequest, object]("llm", serve.get_app_handle("placed"))
    async with aclosing(llm.run(ASKED)) as deltas:
        assert isinstance(await anext(deltas), str)
    said = await collect(llm.run(ASKED))
    assert "Paris" in "".join(delta for delta in said if isinstance(delta, str))
    assert await asyncio.to_thread(shown, ports[1], "vllm_generation_tokens")


async def test_ray_serve_llm_as_the_docs_set_it_up(ports: tuple[int, int], smollm2: Path) -> None:
    """The application and the profile's ``llm`` of docs/gpu.md, with a small model on the CPU."""
    application, llm_options = documented()
    (model,) = application["args"]["llm_configs"]
    model["model_loading_config"]["model_source"] = str(smollm2)
    model["engine_kwargs"] = {"max_model_len": 512, "enforce_eager": True, "dtype": "float32",
                              "max_num_seqs": 1, "kv_cache_memory_bytes": 64 << 20}  # fmt: skip
    model["placement_group_config"] = {"bundles": [{"CPU": 0.5}]}
    model["deployment_config"] = {"num_replicas": 1}
    module, name = application["import_path"].split(":")
    built = getattr(import_module(module), name)(application["args"])
    route = application["route_prefix"]
    await asyncio.to_thread(serve.run, built, name=application["name"], route_prefix=route)
    base_url = llm_options["base_url"].replace(":8000", f":{ports[0]}")
    llm = OpenAiLlm(OpenAiConfig.model_validate({**llm_options, "base_url": base_url}))
    async with llm._client:
        async with aclosing(llm.run(replace(ASKED, max_tokens=400))) as deltas:
            assert isinstance(await anext(deltas), str)
        async with asyncio.timeout(30):  # it answers one at a time: the first one was let go
            said = await collect(llm.run(ASKED))
    assert "Paris" in "".join(delta for delta in said if isinstance(delta, str)) and len(said) > 4
    assert isinstance(said[-1], Tokens) and said[-1].prompt > 20
    assert await asyncio.to_thread(shown, ports[1], "vllm_prompt_tokens")


def shown(port: int, name: str, patience_s: float = 40) -> bool:
    """Whether a figure comes up on Ray's port within *patience_s*."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if name in httpx.get(f"http://127.0.0.1:{port}/metrics").text:
            return True
        time.sleep(1)
    return False
