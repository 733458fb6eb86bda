"""The flow network of RIFE 4 as an ONNX graph, and the mix of what it moves.

Four blocks look at the two pictures at an eighth, a quarter, a half and at their whole size. Each
mends the flows and the mask of those before it, by what these make of the pictures.
"""

from pathlib import Path

import numpy as np

from avatar_serving.onnx_graph import OnnxGraph, Shapes
from avatar_serving.rife.checkpoint import Tensors, read_tensors

FIRST, SECOND, TIME, GRID, PIXEL, MIXED = "first", "second", "time", "grid", "pixel", "mixed"
"""(1, 3, h, w) of 0 to 1, twice; (1, 1, h, w), 0 at the first; (1, h, w, 2), where each pixel is,
from -1 to 1; (1, 2, 1, 1), the side of a pixel on that scale; the output, like the pictures."""
MULTIPLE = 32
"""Height and width are multiples of it."""
_COARSEST = 8
_BLOCKS = tuple((f"block{index}", _COARSEST >> index) for index in range(4))
_CONVOLUTIONS = 8


def write_network(source: Path, target: Path) -> None:
    """*source*: the authors' checkpoint. Raises NoCheckpoint."""
    tensors = {name.removeprefix("module."): one for name, one in read_tensors(source).items()}
    graph = _Graph(tensors)
    graph.node("Identity", [_mixed(graph)], MIXED)
    picture = (1, 3, "h", "w")
    given: Shapes = {
        FIRST: picture, SECOND: picture, TIME: (1, 1, "h", "w"), GRID: (1, "h", "w", 2),
        PIXEL: (1, 2, 1, 1),
    }  # fmt: skip
    graph.write(target, "rife", given, {MIXED: picture})


def _mixed(graph: "_Graph") -> str:
    flows = mask = ""
    seen = [FIRST, SECOND]
    for block, scale in _BLOCKS:
        told = [*seen, TIME, mask] if mask else [*seen, TIME]
        more, doubt = _looked(graph, block, scale, told, flows)
        flows = graph.node("Add", [flows, more]) if flows else more
        mask = graph.node("Add", [mask, doubt]) if mask else doubt
        both = graph.split(flows, 2, 2)
        seen = [graph.moved(*one) for one in zip((FIRST, SECOND), both, strict=True)]
    share = graph.node("Sigmoid", [mask])
    difference = graph.node("Sub", seen)
    return graph.node("Add", [seen[1], graph.node("Mul", [difference, share])])


def _looked(
    graph: "_Graph", block: str, scale: int, told: list[str], flows: str
) -> tuple[str, str]:
    """What a block adds to the flows, in pixels, and to the mask."""
    top = graph.resized(graph.node("Concat", told, axis=1), 1 / scale)
    if flows:
        smaller = graph.times(graph.resized(flows, 1 / scale), 1 / scale)
        top = graph.node("Concat", [top, smaller], axis=1)
    for index in range(2):
        top = graph.convolution(top, f"{block}.conv0.{index}", stride=2)
    inner = top
    for index in range(_CONVOLUTIONS):
        inner = graph.convolution(inner, f"{block}.convblock.{index}", stride=1)
    top = graph.wider(graph.node("Add", [inner, top]), f"{block}.lastconv")
    more, doubt = graph.split(graph.resized(top, 2 * scale), 4, 1)
    return graph.times(more, 2 * scale), doubt


class _Graph(OnnxGraph):
    def __init__(self, tensors: Tensors) -> None:
        super().__init__()
        self._tensors = tensors

    def split(self, top: str, *channels: int) -> list[str]:
        sizes = self.keep(np.array(channels, np.int64))
        outputs = [f"{sizes}-part-{index}" for index in range(len(channels))]
        return self.nodes("Split", [top, sizes], outputs, axis=1)

    def times(self, top: str, factor: float) -> str:
        return self.node("Mul", [top, self.keep(np.array(factor, np.float32))])

    def resized(self, top: str, factor: float) -> str:
        """Bilinear."""
        if factor == 1:
            return top
        scales = self.keep(np.array([1, 1, factor, factor], np.float32))
        return self.node("Resize", [top, "", scales], mode="linear")

    def convolution(self, top: str, name: str, stride: int) -> str:
        """3 x 3, and the slopes below zero that were learned with it."""
        inputs = [top, *(self._learned(f"{name}.0.{part}") for part in ("weight", "bias"))]
        top = self.node("Conv", inputs, strides=[stride, stride], pads=[1, 1, 1, 1])
        slopes = self.keep(self._tensors[f"{name}.1.weight"][:, None, None])
        return self.node("PRelu", [top, slopes])

    def wider(self, top: str, name: str) -> str:
        inputs = [top, *(self._learned(f"{name}.{part}") for part in ("weight", "bias"))]
        return self.node("ConvTranspose", inputs, strides=[2, 2], pads=[1, 1, 1, 1])

    def moved(self, picture: str, flow: str) -> str:
        """Each pixel from where *flow*, in pixels, points."""
        shift = self.node("Transpose", [self.node("Mul", [flow, PIXEL])], perm=[0, 2, 3, 1])
        places = self.node("Add", [GRID, shift])
        return self.node(
            "GridSample", [picture, places],
            mode="bilinear", padding_mode="border", align_corners=1,
        )  # fmt: skip

    def _learned(self, name: str) -> str:
        return self.keep(self._tensors[name])
