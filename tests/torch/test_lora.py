"""Training an adapter, on a tiny model with random weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from avatar_serving.stages.stylise.diffuser import Diffuser, DiffuserFiles, Sketch
from avatar_serving.stages.stylise.wording import Words
from avatar_serving.training.lora import LoraTraining
from avatar_serving.training.options import Checked, Example, LoraOptions
from avatar_serving.training.record import WEIGHTS_FILE
from tests.torch.tiny_diffusion import SIDE, save_tiny_diffusion

OPTIONS = LoraOptions(
    steps=60, rank=4, learning_rate=0.02, check_every=20, device="cpu", dtype="float32",
    prior_pictures=0,
)  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    save_tiny_diffusion(folder)
    return folder


def examples() -> list[Example]:
    dice = np.random.default_rng(0)
    return [
        Example(dice.integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8), f"sailor {number}")
        for number in range(4)
    ]


def training(model: Path, folder: Path, **options: Any) -> LoraTraining:
    return LoraTraining(model, examples(), OPTIONS.model_copy(update=options), folder)


@pytest.fixture(scope="module")
def trained(model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Checked]]:
    folder = tmp_path_factory.mktemp("sailor")
    return folder, list(training(model, folder).run())


def test_the_loss_falls_and_samples_show_it(trained: tuple[Path, list[Checked]]) -> None:
    _, checks = trained
    assert [check.step for check in checks] == [20, 40, 60]
    assert checks[0].loss > checks[1].loss > checks[2].loss
    assert checks[2].loss < 0.98 * checks[0].loss
    assert checks[0].sample.shape == (SIDE, SIDE, 3)
    assert (checks[0].sample != checks[-1].sample).any()


def test_the_adapter_changes_what_is_drawn(
    model: Path, trained: tuple[Path, list[Checked]]
) -> None:
    diffuser = Diffuser(
        DiffuserFiles(model), lambda _: trained[0], device="cpu", dtype="float32",
        few_steps="none", identity_scale=0, adapters=1,
    )  # fmt: skip
    plain, sailor = (
        diffuser.draw(
            [Sketch(examples()[0].rgb, Words("sailor 0", ""), 0.8, 5, 3.0, adapter=name)],
            lambda _: None,
        )[0]
        for name in ("", "sailor")
    )
    assert (plain != sailor).any()


def test_one_that_was_killed_goes_on_as_if_it_had_not_been(
    model: Path, trained: tuple[Path, list[Checked]], tmp_path: Path
) -> None:
    for _ in training(model, tmp_path).run():
        break  # after its first checkpoint
    again = training(model, tmp_path)
    assert again.done == 20
    assert [check.loss for check in again.run()] == [check.loss for check in trained[1][1:]]
    assert_same(trained[0], tmp_path)


def assert_same(one: Path, other: Path) -> None:
    """Two adapters, to the last bit."""
    first, second = (load_file(folder / WEIGHTS_FILE) for folder in (one, other))
    assert set(first) == set(second)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_other_people_stay_as_the_model_drew_them(
    model: Path, trained: tuple[Path, list[Checked]], tmp_path: Path
) -> None:
    """Their loss is smaller than with an adapter that learned the character alone; and whether the
    training was interrupted or not, the adapter is the same, with its pictures kept."""
    asked = {"prior_pictures": 3, "prior_weight": 4.0}
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    whole = training(model, tmp_path / "whole", **asked)
    checks = list(whole.run())
    for _ in training(model, tmp_path / "killed", **asked).run():
        break
    again = training(model, tmp_path / "killed", **asked)
    assert torch.equal(again._prior, whole._prior) and len(again._prior) == 3
    assert [check.loss for check in again.run()] == [check.loss for check in checks[1:]]
    assert_same(tmp_path / "whole", tmp_path / "killed")
    alone = training(model, trained[0])
    assert others_loss(whole, whole._prior) < others_loss(alone, whole._prior)


def others_loss(training: LoraTraining, prior: Any) -> float:
    """Over *prior*, by its own words and without any, at fixed noise."""
    count = len(training._latents)
    training._latents = torch.cat([training._latents, prior])
    training._told += [training._conditions(OPTIONS.prior_prompt)] * len(prior)
    with torch.no_grad():
        losses = [
            float(training._loss([count + index], torch.tensor([time]), index, [untold]))
            for index in range(len(prior))
            for time in (150, 400, 650, 900)
            for untold in (False, True)
        ]
    return float(np.mean(losses))


def test_it_ends_when_it_no_longer_helps(model: Path, tmp_path: Path) -> None:
    spoiling = training(model, tmp_path, learning_rate=1e-12, check_every=1, patience=2)
    checks = list(spoiling.run())
    assert len(checks) < OPTIONS.steps and spoiling.best == min(check.loss for check in checks)
