"""Drawing by diffusion, on a tiny model with random weights."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving.batches import Abandoned, Batches
from avatar_serving.errors import NotFound, OutOfMemory, StageFailed
from avatar_serving.flow import collect
from avatar_serving.stages.stylise.diffuser import Diffuser, DiffuserFiles, Sketch
from avatar_serving.stages.stylise.wording import Words
from tests.torch.tiny_diffusion import (
    SIDE,
    save_tiny_controlnet,
    save_tiny_diffusion,
    save_tiny_identity,
)

RGB = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)
WORDS = Words("a portrait", "blurry")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diffusion")
    save_tiny_diffusion(folder)
    return folder


@pytest.fixture(scope="module")
def diffuser(model: Path) -> Diffuser:
    return opened(DiffuserFiles(model))


def opened(files: DiffuserFiles, **options: Any) -> Diffuser:
    plain: dict[str, Any] = {
        "device": "cpu", "dtype": "float32", "few_steps": "none",
        "identity_scale": 0.7, "adapters": 2,
    }  # fmt: skip
    return Diffuser(files, not_there, **(plain | options))


def not_there(name: str) -> Path:
    raise NotFound("adapter", name)


def sketch(**options: Any) -> Sketch:
    plain: dict[str, Any] = {"strength": 0.5, "steps": 4, "guidance": 5.0, "words": WORDS}
    return Sketch(RGB, **(plain | options))


def drawn(diffuser: Diffuser, *sketches: Sketch) -> list[Any]:
    return diffuser.draw(sketches, lambda _: None)


def test_what_is_asked_for_decides_what_is_drawn(diffuser: Diffuser) -> None:
    (one,), (again,) = drawn(diffuser, sketch()), drawn(diffuser, sketch())
    assert one.shape == RGB.shape and (one == again).all()
    for other in (
        sketch(seed=1), sketch(strength=1.0), sketch(guidance=1.5), sketch(steps=8),
        sketch(words=Words("a cat", "blurry")), sketch(words=Words("a portrait", "hat")),
    ):  # fmt: skip
        assert (drawn(diffuser, other)[0] != one).any(), other


def test_a_batch_draws_what_each_alone_would_be(diffuser: Diffuser) -> None:
    two = sketch(), sketch(seed=5, words=Words("somebody else", ""))
    assert two[0].alike == two[1].alike != sketch(steps=5).alike
    for together, alone in zip(drawn(diffuser, *two), two, strict=True):
        assert np.abs(together.astype(int) - drawn(diffuser, alone)[0]).max() <= 1


def test_every_step_is_told_and_may_be_the_last(diffuser: Diffuser) -> None:
    shares: list[float] = []
    diffuser.draw([sketch(steps=8)], shares.append)
    assert shares == [0.25, 0.5, 0.75, 1]

    def nobody_waits(_: float) -> None:
        shares.append(0)
        raise Abandoned

    with pytest.raises(Abandoned):
        diffuser.draw([sketch(steps=8)], nobody_waits)
    assert shares.count(0) == 1


async def test_a_lack_of_memory_harms_nobody_after_it(diffuser: Diffuser) -> None:
    """Who was drawn together is told that it may be tried again; the next one is drawn."""

    def full(*_: object) -> None:
        hook.remove()
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")

    hook = diffuser._redraw.unet.register_forward_pre_hook(full)
    batches = Batches(diffuser.draw, 2, 0.2)
    both = [collect(batches.run(one, one.alike)) for one in (sketch(seed=1), sketch(seed=2))]
    for error in await asyncio.gather(*both, return_exceptions=True):
        assert isinstance(error, OutOfMemory) and error.retryable and "20 GiB" in str(error)
    again = await collect(batches.run(sketch(seed=1), "alone"))
    assert (again[-1] == drawn(diffuser, sketch(seed=1))[0]).all()


def test_even_a_faint_change_takes_one_step(diffuser: Diffuser) -> None:
    shares: list[float] = []
    diffuser.draw([sketch(strength=0.05, steps=2)], shares.append)
    assert shares[-1] == 1


def test_only_the_background_is_drawn_anew(diffuser: Diffuser) -> None:
    behind = np.zeros((SIDE, SIDE), np.float32)
    behind[:, : SIDE // 2] = 1
    told = sketch(repaint=behind, strength=1.0)
    other = sketch(repaint=behind, strength=1.0, seed=3)
    difference = np.abs(drawn(diffuser, told)[0].astype(int) - drawn(diffuser, other)[0])
    assert difference[:, :8].mean() > 4 * difference[:, -8:].mean()


@pytest.mark.parametrize("few_steps", ["lcm", "trailing"])
def test_few_steps_are_another_scheduler(model: Path, diffuser: Diffuser, few_steps: str) -> None:
    quick = opened(DiffuserFiles(model), few_steps=few_steps)
    assert (drawn(quick, sketch())[0] != drawn(diffuser, sketch())[0]).any()


def test_a_controlnet_follows_the_outlines(model: Path, tmp_path: Path) -> None:
    save_tiny_controlnet(model, tmp_path)
    diffuser = opened(DiffuserFiles(model, controlnet=tmp_path))
    held, free = drawn(diffuser, sketch()), drawn(diffuser, sketch(keep_pose=False))
    assert (held[0] != free[0]).any()
    assert drawn(diffuser, sketch(repaint=np.ones((SIDE, SIDE), np.float32)))


def test_an_ip_adapter_sees_the_person(model: Path, tmp_path: Path) -> None:
    save_tiny_identity(model, tmp_path)
    strong, weak = (
        opened(DiffuserFiles(model, identity=tmp_path), identity_scale=scale) for scale in (1, 0)
    )
    assert (drawn(strong, sketch())[0] != drawn(weak, sketch())[0]).any()
    assert len(drawn(strong, sketch(), sketch(seed=1))) == 2


def test_files_of_something_else_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match="cannot load"):
        opened(DiffuserFiles(tmp_path))
