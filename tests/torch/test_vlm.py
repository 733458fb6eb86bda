"""The plain engine for pictures, on a tiny model with random weights."""

import asyncio

import numpy as np
import pytest
import torch

from avatar_serving.errors import OutOfMemory, StageFailed, WeightMissing
from avatar_serving.flow import collect
from avatar_serving.images import from_array
from avatar_serving.media import Glance
from avatar_serving.stages.vlm.transformers_vision import TransformersVlm, TransformersVlmConfig
from tests.folder_weights import Shelf
from tests.tiny_idefics import save_tiny_idefics

PICTURE = from_array(np.random.default_rng(0).integers(0, 255, (90, 60, 3)).astype(np.uint8))


@pytest.fixture(scope="module")
def vlm(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> TransformersVlm:
    folder = tmp_path_factory.mktemp("idefics")
    save_tiny_idefics(folder)
    shelf.put(**{"tiny-vlm": folder})
    config = {"model": "tiny-vlm", "device": "cpu", "dtype": "float32", "answer_tokens": 3000}
    return TransformersVlmConfig.model_validate(config).build()


async def test_a_form_is_filled_in_however_the_model_rambles(vlm: TransformersVlm) -> None:
    (description,) = await collect(vlm.run(PICTURE))
    names = [name for name, _ in description.facts]
    assert names[:3] == ["subject", "age", "hair"] and names[-1] == "suitability"
    assert dict(description.facts)["suitability"].split(":")[0] in ("good", "fair", "poor")
    assert [prompt.language for prompt in description.prompts] == ["en", "zh"]
    assert all(prompt.text and prompt.negative for prompt in description.prompts)


async def test_a_glance_is_told_in_words_about_this_picture(vlm: TransformersVlm) -> None:
    (seen,) = await collect(vlm.run(Glance(PICTURE, "What is this?")))
    assert not seen.facts and not seen.prompts
    dark = from_array(np.zeros((90, 60, 3), np.uint8))
    (other,) = await collect(vlm.run(Glance(dark, "What is this?")))
    assert other.text != seen.text


async def test_closing_stops_it(vlm: TransformersVlm) -> None:
    """In the middle of a form that wants well over a thousand tokens."""
    tokens = 0

    def count(*_: object) -> None:
        nonlocal tokens
        tokens += 1

    hook = vlm._model.register_forward_hook(count)
    looking = asyncio.create_task(collect(vlm.run(PICTURE)))
    while tokens < 10:
        await asyncio.sleep(0.01)
    looking.cancel()
    await asyncio.wait({looking})
    (seen,) = await collect(vlm.run(Glance(PICTURE)))
    hook.remove()
    assert seen.text and tokens < 600


async def test_a_lack_of_memory_is_told_and_the_next_picture_is_seen(vlm: TransformersVlm) -> None:
    def full(*_: object) -> None:
        hook.remove()
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")

    hook = vlm._model.register_forward_pre_hook(full)
    with pytest.raises(OutOfMemory, match="vlm has no memory.*20 GiB") as caught:
        await collect(vlm.run(Glance(PICTURE)))
    assert caught.value.retryable
    (seen,) = await collect(vlm.run(Glance(PICTURE)))
    assert seen.text


async def test_a_form_that_breaks_off_is_an_error(vlm: TransformersVlm) -> None:
    short = {"model": "tiny-vlm", "device": "cpu", "dtype": "bfloat16", "answer_tokens": 100}
    config = TransformersVlmConfig.model_validate(short)
    with pytest.raises(StageFailed, match="form is wrong"):
        await collect(config.build().run(PICTURE))


@pytest.mark.usefixtures("no_weights")
def test_an_absent_model_says_what_brings_it() -> None:
    with pytest.raises(WeightMissing, match="weights pull qwen2.5-vl-7b-instruct"):
        TransformersVlmConfig(device="cpu").build()
