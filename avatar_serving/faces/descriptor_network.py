"""dlib's face recognition network (Davis King, 2017: a ResNet of 29 convolutions) as an ONNX graph.

Its weights are published for TensorFlow.js as one file of bytes, each a step of a scale that the
manifest beside it gives; here they are put into the layers that they belong to.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.onnx_graph import OnnxGraph

INPUT, OUTPUT = "images", "descriptors"
"""(n, 3, 150, 150) -> (n, 128)"""
WEIGHTS = "face_recognition_model.bin"
MANIFEST = "face_recognition_model-weights_manifest.json"
SAME, VALID = (1, 1, 1, 1), (0, 0, 0, 0)
FIRST_SIZE = 35
"""Pixels a side that the first block sees."""
BLOCKS = (
    ("conv32_1", "conv32_2", "conv32_3"),
    ("conv64_down", "conv64_1", "conv64_2", "conv64_3"),
    ("conv128_down", "conv128_1", "conv128_2"),
    ("conv256_down", "conv256_1", "conv256_2"),
    ("conv256_down_out",),
)


def write_network(source: Path, target: Path) -> None:
    """*source*: the folder of the weight ``face-descriptor``."""
    graph = _Graph(read_weights(source))
    top = graph.convolution(INPUT, "conv32_down", stride=2, pads=VALID)
    top = graph.node("MaxPool", [graph.relu(top)], kernel_shape=[3, 3], strides=[2, 2])
    for name in (name for group in BLOCKS for name in group):
        top = graph.halved(top, name) if "down" in name else graph.residual(top, name)
    top = graph.node("Flatten", [graph.node("GlobalAveragePool", [top])])
    graph.node("MatMul", [top, graph.constant("fc")], output=OUTPUT)
    inputs, outputs = {INPUT: ("n", 3, 150, 150)}, {OUTPUT: ("n", 128)}
    graph.write(target, "face-descriptor", inputs, outputs)


def read_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Every tensor by name: convolutions (out, in, height, width), others as they are."""
    content = np.frombuffer((folder / WEIGHTS).read_bytes(), np.uint8)
    entries: list[dict[str, Any]] = json.loads((folder / MANIFEST).read_text())[0]["weights"]
    tensors: dict[str, NDArray[np.float32]] = {}
    at = 0
    for entry in entries:
        values = _unpacked(content[at:], entry["shape"], entry.get("quantization"))
        tensors[entry["name"]] = values.transpose(3, 2, 0, 1) if values.ndim == 4 else values
        at += values.size * (1 if "quantization" in entry else 4)
    return tensors


def _unpacked(
    content: NDArray[np.uint8], shape: list[int], scale: dict[str, float] | None
) -> NDArray[np.float32]:
    """The tensor that *content* begins with: a byte a number where there is a scale."""
    count = int(np.prod(shape))
    if scale is None:
        return np.frombuffer(content[: 4 * count].tobytes(), "<f4").reshape(shape)
    steps = content[:count].reshape(shape).astype(np.float32)
    return steps * np.float32(scale["scale"]) + np.float32(scale["min"])


class _Graph(OnnxGraph):
    def __init__(self, tensors: dict[str, NDArray[np.float32]]) -> None:
        super().__init__()
        self._tensors = tensors
        self._size = FIRST_SIZE

    def constant(self, name: str) -> str:
        return self.keep(self._tensors[name], name)

    def relu(self, top: str) -> str:
        return self.node("Relu", [top])

    def convolution(self, top: str, name: str, stride: int, pads: tuple[int, ...]) -> str:
        """With the scale that follows it (batch normalisation at rest) multiplied in."""
        scale = self._tensors[f"{name}/scale/weights"]
        filters = self._tensors[f"{name}/conv/filters"] * scale[:, None, None, None]
        shift = self._tensors[f"{name}/conv/bias"] * scale + self._tensors[f"{name}/scale/biases"]
        inputs = [top, self.keep(filters, f"{name}/filters"), self.keep(shift, f"{name}/shift")]
        return self.node("Conv", inputs, strides=[stride, stride], pads=list(pads))

    def residual(self, top: str, name: str) -> str:
        inner = self.relu(self.convolution(top, f"{name}/conv1", 1, SAME))
        inner = self.convolution(inner, f"{name}/conv2", 1, SAME)
        return self.relu(self.node("Add", [inner, top]))

    def halved(self, top: str, name: str) -> str:
        """At half the size. Both ways are filled with zeros up to the larger of the two."""
        inner = self.relu(self.convolution(top, f"{name}/conv1", 2, VALID))
        inner = self.convolution(inner, f"{name}/conv2", 1, SAME)
        past = self.node("AveragePool", [top], kernel_shape=[2, 2], strides=[2, 2])
        wide, narrow = self._tensors[f"{name}/conv1/conv/filters"].shape[:2]
        small, self._size = (self._size - 1) // 2, self._size // 2
        inner = self._filled(f"{name}/inner", inner, 0, self._size - small)
        past = self._filled(f"{name}/past", past, wide - narrow, 0)
        return self.relu(self.node("Add", [inner, past]))

    def _filled(self, name: str, top: str, channels: int, pixels: int) -> str:
        """With that many more channels, rows and columns of zeros, at the end."""
        if not channels and not pixels:
            return top
        pads = np.array([0, 0, 0, 0, 0, channels, pixels, pixels], np.int64)
        return self.node("Pad", [top, self.keep(pads, f"{name}/pads")])
