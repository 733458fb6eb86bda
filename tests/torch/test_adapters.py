"""LoRA adapters that come and go, on a tiny model with random weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load_file, save_file

from avatar_serving.errors import NotFound, StageFailed
from avatar_serving.stages.stylise.diffuser import Diffuser, DiffuserFiles, Sketch
from avatar_serving.stages.stylise.wording import Words
from avatar_serving.training.record import WEIGHTS_FILE
from tests.torch.tiny_diffusion import SIDE, save_tiny_diffusion

RGB = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapters")
    save_tiny_diffusion(folder / "model")
    for seed, name in enumerate(("museum", "sailor", "robot")):
        save_adapter(folder, name, seed)
    return folder


def save_adapter(home: Path, name: str, seed: int) -> None:
    torch.manual_seed(seed)
    unet: Any = UNet2DConditionModel.from_pretrained(home / "model" / "unet")
    unet.add_adapter(LoraConfig(r=2, init_lora_weights=False, target_modules=["to_q", "to_v"]))
    layers = get_peft_model_state_dict(unet)
    StableDiffusionPipeline.save_lora_weights(home / name, unet_lora_layers=layers)


def opened(home: Path, few_step: Path | None = None) -> Diffuser:
    def find(name: str) -> Path:
        if not (home / name).is_dir():
            raise NotFound("adapter", name)
        return home / name

    files = DiffuserFiles(home / "model", few_step=few_step)
    return Diffuser(
        files, find, device="cpu", dtype="float32", few_steps="none", identity_scale=0, adapters=2
    )


def drawn(diffuser: Diffuser, adapter: str, repaint: bool = False) -> Any:
    everywhere = np.ones((SIDE, SIDE), np.float32) if repaint else None
    sketch = Sketch(RGB, Words("a portrait", ""), 0.5, 4, 5.0, adapter=adapter, repaint=everywhere)
    return diffuser.draw([sketch], lambda _: None)[0]


def test_an_adapter_changes_the_drawing_and_leaves_no_trace(home: Path) -> None:
    diffuser = opened(home)
    plain = drawn(diffuser, "")
    museum, sailor = drawn(diffuser, "museum"), drawn(diffuser, "sailor")
    assert (museum != plain).any() and (sailor != plain).any() and (museum != sailor).any()
    assert (drawn(diffuser, "") == plain).all()
    assert (drawn(diffuser, "museum") == museum).all()
    assert (drawn(diffuser, "museum", repaint=True) != drawn(diffuser, "", repaint=True)).any()


def test_the_one_that_was_not_used_for_longest_makes_room(home: Path) -> None:
    diffuser = opened(home)
    museum = drawn(diffuser, "museum")
    drawn(diffuser, "sailor")
    drawn(diffuser, "museum")
    drawn(diffuser, "robot")
    assert diffuser.adapters.held == ("museum", "robot")
    drawn(diffuser, "sailor")
    assert diffuser.adapters.held == ("robot", "sailor")
    assert (drawn(diffuser, "museum") == museum).all()
    assert (drawn(diffuser, "") == drawn(opened(home), "")).all()


def test_a_lora_for_few_steps_works_in_every_request(home: Path) -> None:
    quick = opened(home, few_step=home / "robot")
    assert (drawn(quick, "") == drawn(opened(home), "robot")).all()
    assert (drawn(quick, "sailor") != drawn(quick, "")).any()
    assert quick.adapters.held == ("sailor",)


def test_what_does_not_fit_or_is_not_there_harms_nobody(home: Path) -> None:
    diffuser = opened(home)
    plain = drawn(diffuser, "")
    (home / "empty").mkdir()
    (home / "larger").mkdir()
    tensors = load_file(home / "robot" / WEIGHTS_FILE)
    larger = {name: torch.cat([each, each], dim=1) for name, each in tensors.items()}
    save_file(larger, home / "larger" / WEIGHTS_FILE)
    for name in ("empty", "larger", "larger"):
        with pytest.raises(StageFailed, match=f"adapter '{name}' does not fit"):
            drawn(diffuser, name)
    with pytest.raises(NotFound, match="adapter 'nobody'"):
        drawn(diffuser, "nobody")
    assert diffuser.adapters.held == ()
    assert (drawn(diffuser, "") == plain).all()
