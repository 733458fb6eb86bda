"""ONNX models on onnxruntime, with the session options that suit machines of few cores."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


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
