"""vLLM in a replica of Ray Serve, as the profile gpu places it."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
import ray
from ray import serve

from avatar_serving.config import Placement
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest, Message
from avatar_serving.stages.llm import VllmConfig
from deployments.ports import free_port
from deployments.stage import RemoteStage, deploy
from tests.folder_weights import Shelf

ROOT = Path(__file__).parents[2]
ASKED = ChatRequest((Message("user", "What is the capital of France?"),), 12, temperature=0.0)


@pytest.fixture
def metrics_port(shelf: Shelf, smollm2: Path) -> Iterator[int]:
    """A local cluster whose processes find the model, and where it shows its figures."""
    shelf.put(**{"smollm2": smollm2})
    port = free_port()
    ray.init(
        address="local",
        _node_ip_address="127.0.0.1",
        include_dashboard=False,
        num_cpus=2,
        object_store_memory=128 << 20,
        logging_level="ERROR",
        _metrics_export_port=port,
        runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}},
    )
    yield port
    serve.shutdown()
    ray.shutdown()


async def test_a_placed_model_answers_and_shows_its_figures(metrics_port: int) -> None:
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
    assert await asyncio.to_thread(shown, metrics_port, "vllm_generation_tokens")


def shown(port: int, name: str, patience_s: float = 40) -> bool:
    """Whether a figure comes up on Ray's port within *patience_s*."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if name in httpx.get(f"http://127.0.0.1:{port}/metrics").text:
            return True
        time.sleep(1)
    return False
