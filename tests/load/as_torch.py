"""An exported graph in PyTorch, node by node: the same weights and the same work, computed by another runtime."""

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


def _conv(read: list[Tensor], how: Attributes) -> Tensor:
    value, weight, bias = read
    top, left, bottom, right = how.get("pads", [0, 0, 0, 0])
    padded = functional.pad(value, (left, right, top, bottom)) if (top, left) != (bottom, right) else value
    padding = (0, 0) if padded is not value else (top, left)
    return functional.conv2d(padded, weight, bias, how.get("strides", 1), padding, 1, how["group"])


def _maximum(read: list[Tensor], _: Attributes) -> Tensor:
    return torch.maximum(read[0], read[1].to(read[0].dtype))


OPERATORS: dict[str, Operator] = {
    "Add": lambda read, _: read[0] + read[1],
    "Cast": lambda read, how: read[0].to(how["to"]),
    "Clip": lambda read, _: torch.minimum(torch.maximum(read[0], read[1]), read[2]),
    "Concat": lambda read, how: torch.cat(read, dim=how["axis"]),
    "Conv": _conv,
    "Div": lambda read, _: read[0] / read[1],
    "Flatten": lambda read, _: read[0].flatten(1),
    "Gemm": lambda read, _: functional.linear(*read),  # all of ours are transposed: transB
    "GlobalAveragePool": lambda read, _: read[0].mean((2, 3), keepdim=True),
    "GlobalMaxPool": lambda read, _: read[0].amax((2, 3), keepdim=True),
    "Max": _maximum,
    "MaxPool": lambda read, how: functional.max_pool2d(read[0], how["kernel_shape"], how["strides"]),
    "Mul": lambda read, _: read[0] * read[1],
    "ReduceL2": lambda read, how: torch.linalg.vector_norm(read[0], dim=how["axes"], keepdim=True),
    "Relu": lambda read, _: torch.relu(read[0]),
    "Softmax": lambda read, how: torch.softmax(read[0], dim=how["axis"]),
    "Sqrt": lambda read, _: torch.sqrt(read[0]),
    "Sub": lambda read, _: read[0] - read[1],
    "Transpose": lambda read, how: read[0].permute(how["perm"]).contiguous(),
}


class OnnxInTorch(nn.Module):
    """uint8 `[N, 224, 224, 3]` → probability `[N, 2]` and embedding `[N, D]`. KeyError for an operator not listed."""

    def __init__(self, model: Path) -> None:
        super().__init__()
        graph = onnx.load_model(model).graph
        for weight in graph.initializer:
            self.register_buffer(_told(weight.name), torch.from_numpy(numpy_helper.to_array(weight).copy()))
        self._steps = [_step(node) for node in graph.node]
        for name, reads, operator, how in self._steps:
            if all(hasattr(self, _told(each)) for each in reads):  # a stored weight is unfolded once
                self.register_buffer(_told(name), operator([getattr(self, _told(each)) for each in reads], how))
        self._known = [name.replace("__", ".") for name, _ in self.named_buffers()]
        self._steps = [step for step in self._steps if step[0] not in self._known]

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        values = {"image": image} | {name: getattr(self, _told(name)) for name in self._known}
        for name, reads, operator, how in self._steps:
            values[name] = operator([values[each] for each in reads], how)
        return values["probability"], values["embedding"]


def _step(node: onnx.NodeProto) -> tuple[str, list[str], Operator, Attributes]:
    how = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    if node.op_type == "Gemm" and not how.get("transB"):
        raise KeyError(f"{node.name}: a Gemm that is not transposed")
    if node.op_type == "Cast":
        how["to"] = torch.from_numpy(np.empty(0, helper.tensor_dtype_to_np_dtype(how["to"]))).dtype
    return node.output[0], list(node.input), OPERATORS[node.op_type], {"group": 1} | how


def _told(name: str) -> str:
    """A buffer's name may hold no dot."""
    return name.replace(".", "__")
