"""Tests by the environment ``vllm``: ``python -m scripts.environment vllm --test tests/vllm``.

In the other environments, which have no vLLM, they are not collected.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from avatar_serving import weights
from avatar_serving.cli.progress import drawn_progress
from avatar_serving.errors import WeightUnavailable
from avatar_serving.weights.environment import read_environment
from avatar_serving.weights.lock import read_lock
from avatar_serving.weights.pull import Puller
from tests.folder_weights import Shelf, shelf_in

collect_ignore_glob = [] if find_spec("vllm") else ["test_*.py"]
_HERE = Path(__file__).parent
_SOURCE = "smollm2-135m"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The libraries warn of each other; ours are errors elsewhere."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """A small real model as transformers and vLLM read it; made once."""
    wanted = (read_lock().get(_SOURCE),)
    console = Console()
    try:
        with drawn_progress(console, {_SOURCE: 1}) as progress:
            Puller(read_environment(), progress).pull(wanted)
    except WeightUnavailable as error:
        pytest.skip(f"LOUD: {error}")
    return weights.derived(f"{_SOURCE}-hf", _SOURCE, _converted, version="1")


def _converted(gguf: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    named = {"pretrained_model_name_or_path": str(gguf.resolve().parent)}
    named["gguf_file"] = gguf.resolve().name
    model: Any = AutoModelForCausalLM.from_pretrained(**named, dtype=torch.float32)
    # Else it would be saved as quantised, which it no longer is.
    model.hf_quantizer, model.is_quantized = None, False
    del model.config.quantization_config
    model.to(torch.bfloat16).save_pretrained(folder)
    AutoTokenizer.from_pretrained(**named).save_pretrained(folder)


@pytest.fixture(scope="session")
def adapter(smollm2: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA adapter that says something else."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(smollm2, dtype=torch.float32)
    loras: Any = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
    for name, values in loras.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(values, std=1.0)
    folder = tmp_path_factory.mktemp("adapter")
    loras.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def one_process() -> Iterator[None]:
    """An engine for one device computes in the process that plans, as on a GPU. On CPUs vLLM would
    start another, which imports all of it again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        yield


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with shelf_in(tmp_path_factory.mktemp("shelf")) as shelf:
        yield shelf
