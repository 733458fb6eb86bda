"""Networks whose layers are known and whose weights come in another form, written as ONNX files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shapes = Mapping[str, Sequence[int | str]]
"""By name; a word stands for a side that is not fixed."""
_OPSET, _FORMAT = 17, 9


class OnnxGraph:
    """Nodes in order, each with an output named after it."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        return self.nodes(kind, inputs, [output or f"{kind}-{len(self._nodes)}"], **attributes)[0]

    def nodes(
        self, kind: str, inputs: list[str], outputs: list[str], **attributes: Any
    ) -> list[str]:
        """A node of several outputs."""
        import onnx

        self._nodes.append(onnx.helper.make_node(kind, inputs, outputs, **attributes))
        return outputs

    def keep(self, values: NDArray[Any], name: str = "") -> str:
        """A constant, numbered unless it has a name."""
        import onnx

        name = name or f"constant-{len(self._constants)}"
        self._constants.append(onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def write(self, target: Path, name: str, inputs: Shapes, outputs: Shapes) -> None:
        import onnx

        def told(shapes: Shapes) -> list[Any]:
            kind = onnx.TensorProto.FLOAT
            return [
                onnx.helper.make_tensor_value_info(each, kind, list(shape))
                for each, shape in shapes.items()
            ]

        made: Any = onnx.helper.make_graph(
            self._nodes, name, told(inputs), told(outputs), self._constants
        )
        opset = onnx.helper.make_opsetid("", _OPSET)
        model = onnx.helper.make_model(made, opset_imports=[opset], ir_version=_FORMAT)
        onnx.save(model, str(target))
