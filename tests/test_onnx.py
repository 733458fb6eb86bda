"""GPUs through onnxruntime: no silent CPU, and a lack of memory by its type."""

from pathlib import Path

import pytest

from avatar_serving.errors import OutOfMemory, StageFailed
from avatar_serving.onnx import onnx_memory_errors, open_cuda_session


def test_a_gpu_is_never_replaced_by_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(StageFailed, match=r"onnxruntime-gpu==\d"):
        open_cuda_session("tts", Path("kokoro.onnx"))


@pytest.mark.parametrize("said", ["CUDA failure 2: out of memory", "Failed to allocate memory"])
def test_a_lack_of_memory_is_typed_and_may_pass(said: str) -> None:
    with pytest.raises(OutOfMemory, match="tts has no memory") as caught:
        with onnx_memory_errors("tts"):
            raise RuntimeError(f"Non-zero status code. {said}\nmore")
    assert caught.value.retryable
    with pytest.raises(RuntimeError, match="shape"), onnx_memory_errors("tts"):
        raise RuntimeError("bad shape")
