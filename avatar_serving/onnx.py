"""ONNX models on onnxruntime, with the session options that suit machines of few cores."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from avatar_serving.errors import OutOfMemory, StageFailed

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


_NO_MEMORY = "out of memory", "Failed to allocate memory", "ALLOC_FAILED"


class StoppableRun(Protocol):
    """The last argument of ``session.run``; set *terminate* in any thread, and that run ends."""

    terminate: bool


def stoppable_run() -> Any:
    """A new StoppableRun; the library gives its class no type."""
    import onnxruntime as library

    onnxruntime: Any = library
    return onnxruntime.RunOptions()


def open_session(model: Path | bytes, threads: int = 1) -> "InferenceSession":
    """Load a model, a file or its content. Its threads sleep between calls instead of spinning."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def open_cuda_session(stage: str, model: Path) -> "InferenceSession":
    """Load a model onto a GPU; never onto the CPU.

    Raises:
        StageFailed: this onnxruntime is not the one for GPUs, or found no GPU that it can use.
        OutOfMemory: the model does not fit.
    """
    import onnxruntime

    cuda = "CUDAExecutionProvider"
    if cuda not in onnxruntime.get_available_providers():
        version = onnxruntime.__version__
        reason = f"onnxruntime is the one for CPUs; put onnxruntime-gpu=={version} in its place"
        raise StageFailed(stage, reason)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    with onnx_memory_errors(stage):
        session = onnxruntime.InferenceSession(str(model), options, providers=[cuda])
    if cuda not in session.get_providers():  # the library goes on without, and only logs it
        reason = "onnxruntime cannot use a GPU here; see that CUDA 12 and cuDNN 9 are there"
        raise StageFailed(stage, f"{reason}, or set device: cpu")
    return session


@contextmanager
def onnx_memory_errors(stage: str) -> Generator[None, None, None]:
    """onnxruntime tells of a lack of memory by the words of its errors only.

    Raises:
        OutOfMemory: there was one.
    """
    try:
        yield
    except Exception as error:
        said = str(error)
        if any(words in said for words in _NO_MEMORY):
            raise OutOfMemory(stage, said.split("\n")[0]) from error
        raise
