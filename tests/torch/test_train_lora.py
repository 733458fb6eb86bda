"""From pictures to an adapter, with real faces and a tiny model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data

from avatar_serving import weights
from avatar_serving.errors import AvatarError, InvalidRequest
from avatar_serving.flow import collect
from avatar_serving.images import from_array
from avatar_serving.media import Image, Progress
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.vlm.fixed import FixedVlmConfig
from avatar_serving.training.options import Checked, LoraOptions
from avatar_serving.training.record import AdapterRecord, find_record
from pipelines.train_lora import TrainRequest, train_lora
from tests.torch.tiny_diffusion import SIDE, save_tiny_diffusion

CONSENT = Consent(agreed=True, statement="This is me.")
OPTIONS = LoraOptions(
    steps=4, rank=2, learning_rate=0.02, check_every=2, device="cpu", dtype="float32"
)


def pictures() -> list[Image]:
    photo = np.array(skimage.data.astronaut(), np.uint8)
    darker = [(photo * share).astype(np.uint8) for share in (1, 0.9, 0.8)]
    return [from_array(each) for each in (*darker, np.ascontiguousarray(photo[:, ::-1]))]


def request(home: Path, **changes: Any) -> TrainRequest:
    plain: dict[str, Any] = {
        "name": "guide", "model": "sdxl-base-1.0", "pictures": pictures(), "consent": CONSENT,
        "home": home, "side_px": SIDE, "options": OPTIONS,
    }  # fmt: skip
    return TrainRequest(**(plain | changes))


@pytest.mark.weights
async def test_pictures_become_an_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = weights.path
    save_tiny_diffusion(tmp_path / "model")

    def path(name: str) -> Path:
        return tmp_path / "model" if name == "sdxl-base-1.0" else real(name)

    monkeypatch.setattr(weights, "path", path)
    try:
        items = await collect(train_lora(FixedVlmConfig().build(), request(tmp_path / "lora")))
    except AvatarError as error:
        if error.code == "weight_missing":
            pytest.skip(f"LOUD: {error}")
        raise
    shares = [item.fraction for item in items if isinstance(item, Progress)]
    assert shares == sorted(shares)
    assert [item.step for item in items if isinstance(item, Checked)] == [2, 4]
    record = items[-1]
    assert isinstance(record, AdapterRecord) and record.consent == CONSENT
    assert record.licence == "CreativeML-Open-RAIL++-M" and record.pictures == 4
    assert find_record(tmp_path / "lora", "guide") == record
    with pytest.raises(InvalidRequest, match="there is an adapter 'guide' already"):
        await collect(train_lora(FixedVlmConfig().build(), request(tmp_path / "lora")))


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
        await collect(train_lora(FixedVlmConfig().build(), request(tmp_path, **changes)))
    assert not list(tmp_path.iterdir())
