"""What every engine on torch relies on."""

import subprocess
import sys
import weakref

import pytest
import torch

from avatar_serving.errors import OutOfMemory, StageFailed
from avatar_serving.torch_device import memory_errors, torch_device


def test_a_lack_of_memory_is_typed_and_may_pass() -> None:
    with pytest.raises(OutOfMemory, match="stylise has no memory.*2 GiB") as caught:
        with memory_errors("stylise"):
            raise torch.OutOfMemoryError("Tried to allocate 2 GiB.\nGPU 0 has ...")
    assert caught.value.retryable and caught.value.code == "out_of_memory"


class Computed:
    """Large, on a GPU."""


def test_what_was_computed_is_let_go() -> None:
    held: list[weakref.ref[Computed]] = []

    def work() -> None:
        computed = Computed()
        held.append(weakref.ref(computed))
        raise torch.OutOfMemoryError("no room")

    try:
        with memory_errors("stylise"):
            work()
    except OutOfMemory:
        assert held[0]() is None, "while the error is still on its way"


def test_a_gpu_is_never_replaced_by_the_cpu() -> None:
    assert torch_device("vlm", "cpu") == torch.device("cpu")
    if not torch.cuda.is_available():
        with pytest.raises(StageFailed, match="sees no GPU"):
            torch_device("vlm", "cuda")


@pytest.mark.parametrize("profile", ["cpu", "gpu"])
def test_a_profile_is_read_without_loading_what_computes(profile: str) -> None:
    heavy = "torch transformers diffusers vllm peft gsplat onnxruntime".split()
    program = (
        "import sys; from avatar_serving.config import load_profile;"
        f"load_profile({profile!r}); print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
