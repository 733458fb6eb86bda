"""Where torch computes, and what becomes of a lack of memory there."""

from collections.abc import Generator
from contextlib import contextmanager
from traceback import clear_frames
from typing import Any, Literal

from avatar_serving.errors import OutOfMemory, StageFailed

Device = Literal["cuda", "cpu"]


def torch_device(stage: str, device: Device) -> Any:
    """The ``torch.device`` that a profile asks for; never another one.

    Raises:
        StageFailed: torch is not installed, or sees no GPU.
    """
    try:
        import torch
    except ImportError as error:
        reason = "torch is not installed; pip install 'avatar-serving[gpu]'"
        raise StageFailed(stage, reason) from error
    if device == "cuda" and not torch.cuda.is_available():
        raise StageFailed(stage, "torch sees no GPU; give the stage one, or set device: cpu")
    return torch.device(device)


@contextmanager
def memory_errors(stage: str) -> Generator[None, None, None]:
    """Work that may need more memory than the GPU has. What was taken for it is given back.

    Raises:
        OutOfMemory: it did.
    """
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        # The frames on the way here hold what was computed so far.
        clear_frames(error.__traceback__)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        raise OutOfMemory(stage, str(error).split("\n")[0]) from error
