"""An exported graph in PyTorch, node by node: the same weights and arithmetic in another runtime."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

Attributes = dict[str, Any]
Operator = Callable[[list[Tensor], Attributes], Tensor]


def _conv(inputs: list[Tensor], attributes: Attributes) -> Tensor:
    value, weight, bias = inputs
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    padded = functional.pad(value, (left, right, top, bottom)) if (top, left) != (bottom, right) else value
    padding = (0, 0) if padded is not value else (top, left)
    return functional.conv2d(padded, weight, bias, attributes.get("strides", 1), padding, 1, attributes["group"])


def _maximum(inputs: list[Tensor], _: Attributes) -> Tensor:
    return torch.maximum(inputs[0], inputs[1].to(inputs[0].dtype))


OPERATORS: dict[str, Operator] = {
    "Add": lambda inputs, _: inputs[0] + inputs[1],
    "AveragePool": lambda inputs, attributes: functional.avg_pool2d(
        inputs[0], attributes["kernel_shape"], attributes["strides"]
    ),
    "Cast": lambda inputs, attributes: inputs[0].to(attributes["to"]),
    "Clip": lambda inputs, _: torch.minimum(torch.maximum(inputs[0], inputs[1]), inputs[2]),
    "Concat": lambda inputs, attributes: torch.cat(inputs, dim=attributes["axis"]),
    "Conv": _conv,
    "Div": lambda inputs, _: inputs[0] / inputs[1],
    "Flatten": lambda inputs, _: inputs[0].flatten(1),
    "Gemm": lambda inputs, _: functional.linear(*inputs),  # all of ours are transposed: transB
    "GlobalAveragePool": lambda inputs, _: inputs[0].mean((2, 3), keepdim=True),
    "GlobalMaxPool": lambda inputs, _: inputs[0].amax((2, 3), keepdim=True),
    "Max": _maximum,
    "MaxPool": lambda inputs, attributes: functional.max_pool2d(
        inputs[0], attributes["kernel_shape"], attributes["strides"]
    ),
    "Mul": lambda inputs, _: inputs[0] * inputs[1],
    "ReduceL2": lambda inputs, attributes: torch.linalg.vector_norm(inputs[0], dim=attributes["axes"], keepdim=True),
    "Relu": lambda inputs, _: torch.relu(inputs[0]),
    "Softmax": lambda inputs, attributes: torch.softmax(inputs[0], dim=attributes["axis"]),
    "Sqrt": lambda inputs, _: torch.sqrt(inputs[0]),
    "Sub": lambda inputs, _: inputs[0] - inputs[1],
    "Transpose": lambda inputs, attributes: inputs[0].permute(attributes["perm"]).contiguous(),
}


class OnnxInTorch(nn.Module):
    """uint8 `[N, 224, 224, 3]` → probability `[N, 2]` and embedding `[N, D]`. KeyError for an operator not listed."""

    def __init__(self, model: Path) -> None:
        super().__init__()
        graph = onnx.load_model(model).graph
        for weight in graph.initializer:
            self.register_buffer(_buffer(weight.name), torch.from_numpy(numpy_helper.to_array(weight).copy()))
        self._steps = [_step(node) for node in graph.node]
        for name, inputs, operator, attributes in self._steps:
            if all(hasattr(self, _buffer(value)) for value in inputs):  # a stored weight is unfolded once
                values = [getattr(self, _buffer(value)) for value in inputs]
                self.register_buffer(_buffer(name), operator(values, attributes))
        self._known = [name.replace("__", ".") for name, _ in self.named_buffers()]
        self._steps = [step for step in self._steps if step[0] not in self._known]

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Node by node, in the graph's order."""
        values = {"image": image} | {name: getattr(self, _buffer(name)) for name in self._known}
        for name, inputs, operator, attributes in self._steps:
            values[name] = operator([values[value] for value in inputs], attributes)
        return values["probability"], values["embedding"]


def _step(node: onnx.NodeProto) -> tuple[str, list[str], Operator, Attributes]:
    attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    if node.op_type == "Gemm" and not attributes.get("transB"):
        raise KeyError(f"{node.name}: a Gemm that is not transposed")
    if node.op_type == "Cast":
        attributes["to"] = torch.from_numpy(np.empty(0, helper.tensor_dtype_to_np_dtype(attributes["to"]))).dtype
    return node.output[0], list(node.input), OPERATORS[node.op_type], {"group": 1} | attributes


def _buffer(name: str) -> str:
    """A buffer's name may hold no dot."""
    return name.replace(".", "__")
