"""Kokoro's published small model, rewritten once into a form that runs fast on any CPU.

The int8 graph quantises its activations while it runs, which costs more than it saves where there
are no int8 convolutions. Here its integer operators become the float operators they stand for, with
the same weights, and the durations of the symbols become an output.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DURATIONS = "/encoder/Clip_output_0"
"""How many frames each symbol lasts."""

_Array = npt.NDArray[Any]


def dequantise(source: Path, target: Path) -> None:
    """Write the float32 form of the int8 model *source* to *target*."""
    import onnx

    model = onnx.load(source)
    graph: Any = model.graph
    _Rewrite(graph).run()
    graph.output.append(onnx.helper.make_tensor_value_info(DURATIONS, onnx.TensorProto.FLOAT, None))
    _prune(graph)
    onnx.save(model, str(target))


class _Rewrite:
    """Replaces each integer operator, with the scaling around it, by one float operator."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._maker = {name: node for node in graph.node for name in node.output}
        self._users: dict[str, list[Any]] = {}
        for node in graph.node:
            for name in node.input:
                self._users.setdefault(name, []).append(node)
        self._instead: dict[int, Any] = {}
        self._dropped: set[int] = set()
        self._floats: dict[str, Any] = {}

    def run(self) -> None:
        for node in self._graph.node:
            if node.op_type in ("ConvInteger", "MatMulInteger"):
                self._product(node)
            elif node.op_type == "DynamicQuantizeLSTM":
                self._recurrence(node)
        nodes = [
            self._instead.get(id(n), n) for n in self._graph.node if id(n) not in self._dropped
        ]
        del self._graph.node[:]
        self._graph.node.extend(nodes)
        self._graph.initializer.extend(self._floats.values())

    def _product(self, node: Any) -> None:
        """quantise -> integer product -> [+ bias] -> cast -> * scale, as one product."""
        import onnx

        quantise = self._maker[node.input[0]]
        bias, cast = self._bias_and_cast(node)
        (scaling,) = self._users[cast.output[0]]
        scale = self._weight_scale(scaling, cast, quantise)
        weight = self._float_weight(node, scale)
        convolves = node.op_type == "ConvInteger"
        inputs = [quantise.input[0], weight, *([bias] if bias else [])]
        made: Any = onnx.helper.make_node(
            "Conv" if convolves else "MatMul", inputs, [scaling.output[0]], name=node.name + "_f32"
        )
        made.attribute.extend(node.attribute)
        self._instead[id(scaling)] = made
        self._dropped |= {id(node), id(cast)}

    def _bias_and_cast(self, node: Any) -> tuple[str, Any]:
        (after,) = self._users[node.output[0]]
        if after.op_type != "Add":
            return "", after
        self._dropped.add(id(after))
        (shaped,) = (name for name in after.input if name != node.output[0])
        maker = self._maker[self._maker[shaped].input[0]]
        while maker.op_type != "Div":  # the bias is divided by the scale, rounded, cast, reshaped
            maker = self._maker[maker.input[0]]
        (cast,) = self._users[after.output[0]]
        return maker.input[0], cast

    def _weight_scale(self, scaling: Any, cast: Any, quantise: Any) -> _Array:
        (product,) = (name for name in scaling.input if name != cast.output[0])
        (scale,) = (n for n in self._maker[product].input if n != quantise.output[1])
        return self._value(scale).astype(np.float32)

    def _float_weight(self, node: Any, scale: _Array) -> str:
        weight = self._value(node.input[1]).astype(np.float32)
        zero = self._value(node.input[3]) if len(node.input) > 3 and node.input[3] else np.zeros(())
        if node.op_type == "ConvInteger":
            zero, scale = _per_output(zero, weight.ndim), _per_output(scale, weight.ndim)
        return self._keep(node.input[1], (weight - zero.astype(np.float32)) * scale)

    def _recurrence(self, node: Any) -> None:
        import onnx

        x, w, r, bias, lengths, h0, c0, peepholes, *scales = node.input
        weights = [
            self._keep(name, self._gates(name, scale, zero))
            for name, scale, zero in ((w, *scales[:2]), (r, *scales[2:4]))
        ]
        made: Any = onnx.helper.make_node(
            "LSTM",
            [x, *weights, bias, lengths, h0, c0, peepholes],
            list(node.output),
            name=node.name + "_f32",
        )
        made.attribute.extend(node.attribute)
        self._instead[id(node)] = made

    def _gates(self, name: str, scale: str, zero: str) -> _Array:
        """As [direction, gates, input], which is not the order they are quantised in."""
        spread = [_per_direction(self._value(n).astype(np.float32)) for n in (scale, zero)]
        floats = (self._value(name).astype(np.float32) - spread[1]) * spread[0]
        return np.ascontiguousarray(floats.transpose(0, 2, 1))

    def _value(self, name: str) -> _Array:
        from onnx import numpy_helper

        if name in self._constants:
            return numpy_helper.to_array(self._constants[name])
        return numpy_helper.to_array(self._maker[name].attribute[0].t)

    def _keep(self, name: str, values: _Array) -> str:
        from onnx import numpy_helper

        new = name + "_f32"
        if new not in self._floats:
            self._floats[new] = numpy_helper.from_array(values.astype(np.float32), new)
        return new


def _per_output(values: _Array, dimensions: int) -> _Array:
    return values.reshape(-1, *[1] * (dimensions - 1)) if values.size > 1 else values


def _per_direction(values: _Array) -> _Array:
    if values.ndim == 0:
        return values
    return values.reshape(values.shape[0], 1, -1) if values.size > 1 else values.reshape(-1, 1, 1)


def _prune(graph: Any) -> None:
    """Leave out what no output needs any more."""
    needed = {output.name for output in graph.output}
    kept: list[Any] = []
    for node in reversed(graph.node):
        if needed & set(node.output):
            kept.append(node)
            needed |= _inputs(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
    tensors = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(tensors)


def _inputs(node: Any) -> set[str]:
    """What a node reads, also inside the branches and loops it holds."""
    names = set(node.input)
    for attribute in node.attribute:
        for inner in attribute.g.node:
            names |= _inputs(inner)
    return names
