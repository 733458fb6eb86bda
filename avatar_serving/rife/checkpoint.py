"""Tensors of a file by torch.save, read without torch, and without running what is in the file."""

import io
import pickle
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

Tensors = dict[str, NDArray[np.float32]]


class NoCheckpoint(ValueError):
    """The file is something else, or holds more than tensors of 32 bits."""


def read_tensors(file: Path) -> Tensors:
    """Every tensor by name. Raises NoCheckpoint."""
    try:
        with ZipFile(file) as archive:
            index = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            reader = _Reader(archive, index.removesuffix("data.pkl"))
            return {str(name): tensor for name, tensor in reader.load().items()}
    except Exception as error:  # unpickling raises nearly anything on malformed input
        raise NoCheckpoint(f"{file}: {error}") from error


class _Reader(pickle.Unpickler):
    """Builds dictionaries of tensors, and nothing else."""

    def __init__(self, archive: ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{root}data.pkl")))
        self._archive, self._root = archive, root

    def find_class(self, module: str, name: str, /) -> Any:
        known: dict[tuple[str, str], Any] = {
            ("torch", "FloatStorage"): np.float32,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("collections", "OrderedDict"): OrderedDict,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it wants {module}.{name}")
        return known[module, name]

    def persistent_load(self, pid: Any, /) -> Any:
        _, dtype, key, *_ = pid
        return np.frombuffer(self._archive.read(f"{self._root}data/{key}"), dtype)


def _tensor(
    storage: NDArray[np.float32], offset: int, shape: Sequence[int], stride: Sequence[int], *_: Any
) -> NDArray[np.float32]:
    """What torch calls to put a tensor together; strides are in elements."""
    own = storage[offset:]
    if sum((side - 1) * step for side, step in zip(shape, stride, strict=True)) >= own.size:
        raise ValueError("a tensor reaches beyond its storage")
    steps = [step * own.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(own, shape, steps, writeable=False).copy()
