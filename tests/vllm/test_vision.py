"""The real vLLM looking at pictures, on a tiny model with random weights."""

import asyncio

import numpy as np
import psutil
import pytest

from avatar_serving.flow import collect
from avatar_serving.images import from_array
from avatar_serving.media import Glance
from avatar_serving.stages.vlm.vllm_vision import VllmVlmConfig
from tests.folder_weights import Shelf
from tests.tiny_idefics import save_tiny_idefics

NOISE = from_array(np.random.default_rng(0).integers(0, 255, (90, 60, 3)).astype(np.uint8))
DARK = from_array(np.zeros((60, 90, 3), np.uint8))


async def test_many_look_at_once(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A form, and two glances in one batch, by a model spread over two processes. One test: the
    engine's start is what takes long."""
    folder = tmp_path_factory.mktemp("idefics")
    save_tiny_idefics(folder)
    shelf.put(**{"tiny-vlm": folder})
    config = VllmVlmConfig(
        model="tiny-vlm",
        context=4096,
        answer_tokens=3000,
        parallel=4,
        tensor_parallel=2,
        dtype="float32",
        cache_bytes=64 << 20,
        eager=True,
        timeout_s=120,
    )
    vlm = await asyncio.to_thread(config.build)
    try:
        below = [" ".join(p.cmdline()) for p in psutil.Process().children(recursive=True)]
        assert sum("Worker_TP" in command for command in below) == 2
        (described,), (noise,), (dark,) = await asyncio.gather(
            collect(vlm.run(NOISE)),
            collect(vlm.run(Glance(NOISE, "What is it?"))),
            collect(vlm.run(Glance(DARK, "What is it?"))),
        )
    finally:
        vlm.close()
    assert len(described.facts) == 8 and len(described.prompts) == 2
    assert noise.text and dark.text and noise.text != dark.text
