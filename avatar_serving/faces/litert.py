"""One TensorFlow Lite model on LiteRT."""

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class LiteModel:
    """Safe to call from several threads: an interpreter has one set of tensors, so calls queue."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {
            str(detail["name"]): int(str(detail["index"]))
            for detail in self._interpreter.get_output_details()
        }
        self._lock = threading.Lock()

    def run(self, tensor: Floats) -> dict[str, Floats]:
        """Every output by its name, without the batch dimension of *tensor*."""
        with self._lock:
            self._interpreter.set_tensor(self._input, tensor[None])
            self._interpreter.invoke()
            return {
                name: np.array(self._interpreter.get_tensor(index), np.float32)
                for name, index in self._outputs.items()
            }
