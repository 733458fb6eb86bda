"""From pictures to an adapter, with real faces and a tiny model."""

from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from typer.testing import CliRunner

from avatar_serving import weights
from avatar_serving.errors import AvatarError, InvalidRequest
from avatar_serving.flow import collect
from avatar_serving.images import encode, from_array
from avatar_serving.media import Image, Progress
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.review.accept import AcceptReviewConfig
from avatar_serving.stages.vlm.fixed import FixedVlmConfig
from avatar_serving.training.home import AdapterHome
from avatar_serving.training.options import Checked, LoraOptions
from avatar_serving.training.record import AdapterRecord, find_record
from avatar_serving.training.trainer import LocalTrainer
from deployments.lora import app
from pipelines.train_lora import TrainRequest, TrainStages, train_lora
from tests.torch.tiny_diffusion import SIDE, save_tiny_diffusion

FACES = "face-detector", "face-landmarks", "face-descriptor"
CONSENT = Consent(agreed=True, statement="This is me.")
OPTIONS = LoraOptions(
    steps=4, rank=2, learning_rate=0.02, check_every=2, device="cpu", dtype="float32",
    prior_pictures=1,
)  # fmt: skip


def pictures() -> list[Image]:
    photo = np.array(skimage.data.astronaut(), np.uint8)
    darker = [(photo * share).astype(np.uint8) for share in (1, 0.9, 0.8)]
    return [from_array(each) for each in (*darker, np.ascontiguousarray(photo[:, ::-1]))]


def stages() -> TrainStages:
    return TrainStages(AcceptReviewConfig().build(), FixedVlmConfig().build(), LocalTrainer())


def request(home: Path, **changes: Any) -> TrainRequest:
    plain: dict[str, Any] = {
        "name": "guide", "model": "sdxl-base-1.0", "pictures": pictures(), "consent": CONSENT,
        "home": AdapterHome(home), "side_px": SIDE, "options": OPTIONS,
    }  # fmt: skip
    return TrainRequest(**(plain | changes))


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny one in place of the default, beside the weights that find and compare faces."""
    real = weights.path
    try:
        for name in FACES:
            real(name)
    except AvatarError as error:
        pytest.skip(f"LOUD: {error}")
    save_tiny_diffusion(tmp_path / "model")

    def path(name: str) -> Path:
        return tmp_path / "model" if name == "sdxl-base-1.0" else real(name)

    monkeypatch.setattr(weights, "path", path)


@pytest.mark.weights
@pytest.mark.usefixtures("model")
async def test_pictures_become_an_adapter(tmp_path: Path) -> None:
    items = await collect(train_lora(stages(), request(tmp_path / "lora")))
    shares = [item.fraction for item in items if isinstance(item, Progress)]
    assert shares == sorted(shares)
    assert [item.step for item in items if isinstance(item, Checked)] == [2, 4]
    record = items[-1]
    assert isinstance(record, AdapterRecord) and record.consent == CONSENT
    assert record.licence == "CreativeML-Open-RAIL++-M" and record.pictures == 4
    assert find_record(tmp_path / "lora", "guide") == record
    with pytest.raises(InvalidRequest, match="there is an adapter 'guide' already"):
        await collect(train_lora(stages(), request(tmp_path / "lora")))


@pytest.mark.weights
@pytest.mark.usefixtures("model")
async def test_other_pictures_do_not_go_on_from_its_checkpoint(tmp_path: Path) -> None:
    half = OPTIONS.model_copy(update={"steps": 2})
    asked = request(tmp_path / "lora", options=half)
    steps = train_lora(stages(), asked)
    async with aclosing(steps):
        async for item in steps:
            if isinstance(item, Checked):
                break
    checkpoint = tmp_path / "lora" / "guide" / "checkpoint.pt"
    assert checkpoint.exists()
    other = request(tmp_path / "lora", pictures=pictures()[::-1])
    first = train_lora(stages(), other)
    async with aclosing(first):
        await anext(first)
    assert not checkpoint.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"consent": Consent()}, "consent"),
        ({"pictures": []}, "4 to 20"),
        ({"name": "../up"}, "a name has"),
    ],
)
async def test_what_may_not_be_trained(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        await collect(train_lora(stages(), request(tmp_path, **changes)))
    assert not list(tmp_path.iterdir())


@pytest.mark.weights
@pytest.mark.usefixtures("model")
def test_the_command(tmp_path: Path) -> None:
    """Two steps, on the CPU: the adapter, its sample and its record; and then the list of them."""
    profile = tmp_path / "tiny.yaml"
    stylise = "{engine: diffusion, device: cpu, dtype: float32, side_px: 32}"
    profile.write_text(f"base: test\nstylise: {stylise}\n")
    files: list[str] = []
    for number, picture in enumerate(pictures()):
        files.append(str(tmp_path / f"{number}.jpg"))
        Path(files[-1]).write_bytes(encode(picture, "jpeg", 95))
    home = str(tmp_path / "lora")
    given = [
        "train", "--name", "guide", "--profile", str(profile), "--home", home, "--steps", "2",
        "--others", "1",
    ]  # fmt: skip
    run = CliRunner().invoke
    done = run(app, [*given, "--consent", "This is me.", *files])
    assert done.exit_code == 0, done.output
    assert "Describing picture 4" in done.output and "Step 2, loss" in done.output
    assert (tmp_path / "lora" / "guide" / "sample-00002.png").stat().st_size > 100
    assert find_record(tmp_path / "lora", "guide").consent.statement == "This is me."
    told = run(app, ["list", "--home", home]).output
    assert "guide  sdxl-base-1.0" in told and "4 pictures" in told
    again = run(app, [*given, "--consent", "This is me.", *files])
    assert again.exit_code == 1 and "there is an adapter 'guide' already" in again.output
