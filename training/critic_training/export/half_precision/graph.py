"""An exported graph rewritten for arithmetic in float16, several times faster on GPUs.

Convolutions, what lies between them, and dense layers behind them whose weights are stored as float16 are computed in
float16. Pixels are normalised, maps summed up, and probability and embedding made in float32: there float16 would lose
digits (the variance of a map) or overflow (its squares), and they cost nothing. Weights that are stored as float16 are
used as they lie in the file, which grows by nothing.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LEADING = frozenset({"Conv"})
FOLLOWING = frozenset({"Relu", "Clip", "MaxPool", "Flatten", "Add"})
"""Computed in float16 where their inputs are."""


def to_float16(model: onnx.ModelProto) -> onnx.ModelProto:
    """The checked graph, with unchanged inputs and outputs. Raises ValueError where a constant is beyond float16."""
    conversion = _Conversion(model.graph)
    for node in model.graph.node:
        conversion.add(node)
    made = onnx.ModelProto()
    made.CopyFrom(model)
    del made.graph.node[:], made.graph.initializer[:]
    made.graph.node.extend(conversion.nodes)
    made.graph.initializer.extend(conversion.weights.values())
    onnx.checker.check_model(made, full_check=True)
    return made


class _Conversion:
    """Adds the nodes in their order; a value is cast where one side of it is float16, once for all its readers."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, TensorProto] = {}
        self._found = {weight.name: weight for weight in graph.initializer}
        self._casts = {node.output[0]: node for node in graph.node if self._unfolds(node)}
        self._half: set[str] = set()
        self._made: set[str] = set()

    def add(self, node: onnx.NodeProto) -> None:
        """Add a node in its new type."""
        if node.output[0] in self._casts:
            return  # added where a node in float32 reads it
        half = self._computes_in_half(node)
        made = onnx.NodeProto()
        made.CopyFrom(node)
        made.input[:] = [self._as_half(name) if half else self._as_float(name) for name in node.input]
        self.nodes.append(made)
        if half:
            self._half.update(node.output)

    def _unfolds(self, node: onnx.NodeProto) -> bool:
        """Whether it makes a float32 weight of a stored float16 one."""
        weight = self._found.get(node.input[0]) if node.op_type == "Cast" else None
        return weight is not None and weight.data_type == TensorProto.FLOAT16

    def _computes_in_half(self, node: onnx.NodeProto) -> bool:
        if node.op_type in LEADING:
            return True
        if node.op_type == "Gemm":
            return node.input[0] in self._half and node.input[1] in self._casts
        read = [name for name in node.input if name not in self._found]
        return node.op_type in FOLLOWING and all(name in self._half for name in read)

    def _as_half(self, name: str) -> str:
        if name in self._half:
            return name
        if name in self._casts:
            return self._store(self._found[self._casts[name].input[0]])
        if name in self._found:
            return self._store(_halved(self._found[name]))
        return self._cast(name, f"{name}.half", TensorProto.FLOAT16)

    def _as_float(self, name: str) -> str:
        if name in self._half:
            return self._cast(name, f"{name}.float", TensorProto.FLOAT)
        if name in self._casts:
            stored = self._store(self._found[self._casts[name].input[0]])
            return self._cast(stored, name, TensorProto.FLOAT)
        return self._store(self._found[name]) if name in self._found else name

    def _cast(self, name: str, made: str, to: int) -> str:
        if made not in self._made:
            self._made.add(made)
            self.nodes.append(helper.make_node("Cast", [name], [made], name=made, to=to))
        return made

    def _store(self, weight: TensorProto) -> str:
        self.weights[weight.name] = weight
        return str(weight.name)


def _halved(weight: TensorProto) -> TensorProto:
    values = numpy_helper.to_array(weight)
    if np.abs(values).max(initial=0) > np.finfo(np.float16).max:
        raise ValueError(f"{weight.name} has values that float16 cannot hold")
    return numpy_helper.from_array(values.astype(np.float16), f"{weight.name}.half")
