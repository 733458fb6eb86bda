"""Licences of the large models: who runs the service commercially is given none that forbids it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from avatar_serving.errors import LicenceRefused
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.llm import VllmConfig
from avatar_serving.stages.stylise.adapter_shelf import AdapterShelf, LoraAdapter
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig
from avatar_serving.stages.vlm.transformers_vision import TransformersVlmConfig
from avatar_serving.stages.vlm.vllm_vision import VllmVlmConfig
from avatar_serving.training.home import AdapterHome
from avatar_serving.vllm_engine import VllmEngine
from avatar_serving.vllm_options import Adapter
from pipelines.train_lora import TrainRequest, check_training
from tests.avatars.pictures import colourful
from tests.folder_weights import shelf_in

FREE, FORBIDDEN = "free", "forbidden"


@pytest.fixture(autouse=True)
def commercial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two models are here, of which one may not be used commercially."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    with shelf_in(tmp_path) as shelf:
        shelf.put(licence_class="non-commercial", **{FORBIDDEN: folder})
        shelf.put(**{FREE: folder})
        monkeypatch.setenv("AVATAR_LICENCE", "commercial")
        yield


def drawing(**options: str) -> Callable[[], object]:
    return DiffusionStyliseConfig.model_validate({"model": FREE} | options).build


def adapted() -> object:
    config = VllmConfig(model=FREE, adapters=(Adapter(name="a", weights=FORBIDDEN),))
    return VllmEngine("llm", Path("nowhere"), config)


def drawn_by_an_adapter() -> Path:
    named = (LoraAdapter(name="a", weights=FORBIDDEN),)
    return AdapterShelf(FREE, named, "").folder("a")


def taught() -> None:
    consent = Consent(agreed=True, statement="This is me.")
    home = AdapterHome(Path("nowhere"))
    check_training(TrainRequest("a", FORBIDDEN, [colourful()] * 4, consent, home))


@pytest.mark.parametrize(
    "use",
    [
        VllmConfig(model=FORBIDDEN).build,
        adapted,
        VllmVlmConfig(model=FORBIDDEN).build,
        TransformersVlmConfig(model=FORBIDDEN).build,
        drawing(model=FORBIDDEN),
        drawing(controlnet=FORBIDDEN),
        drawing(identity=FORBIDDEN),
        drawing(few_step=FORBIDDEN),
        drawn_by_an_adapter,
        taught,
    ],
)
def test_what_is_forbidden_is_refused_by_name(use: Callable[[], object]) -> None:
    """Before torch or vLLM are loaded, which are not here."""
    with pytest.raises(LicenceRefused, match="'forbidden' is non-commercial"):
        use()
