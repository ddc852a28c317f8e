"""The ONNX graph, written node by node: uint8 photos in, probability and embedding out.

Only operators of the standard opset 17, so that the CPU and CUDA providers of ONNX Runtime and Triton's ONNX backend
run it alike. Weights are stored as a `Storage` says, and are float32 wherever they are computed with.
"""

from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from critic_core.contracts.manifest import EMBEDDING_NAME, INPUT_NAME, PROBABILITY_NAME
from critic_training.assemble import Compact
from critic_training.dataset import Floats
from critic_training.networks.alexnet import DEVIATION, MEAN

OPSET = 17
IR_VERSION = 8  # what opset 17 came with: Triton images since 2022 read it

# features.N of the layout: (N, stride, padding, pooled afterwards)
CONVOLUTIONS = ((0, 4, 2, True), (3, 1, 2, True), (6, 1, 1, False), (8, 1, 1, False), (10, 1, 1, True))


class Storage(StrEnum):
    """How weights lie in the file."""

    float32 = "float32"
    float16 = "float16"  # cast to float32 when the model is loaded
    int8 = "int8"  # one scale an output unit; DequantizeLinear


class Graph:
    """Nodes and stored weights, in the order they are added."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, operator: str, *inputs: str, name: str, **attributes: Any) -> str:
        """A node whose one output has the node's name."""
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def plain(self, name: str, values: npt.ArrayLike) -> str:
        """Biases, shapes and factors: small, so stored as they are."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str, values: Floats) -> str:
        """A weight whose first axis is the output unit."""
        if self.storage is Storage.float32:
            return self.plain(name, values.astype(np.float32))
        if self.storage is Storage.float16:
            stored = self.plain(f"{name}.float16", values.astype(np.float16))
            return self.add("Cast", stored, name=name, to=TensorProto.FLOAT)
        codes, scale = to_int8(values)
        stored, by = self.plain(f"{name}.int8", codes), self.plain(f"{name}.scale", scale)
        return self.add("DequantizeLinear", stored, by, name=name, axis=0)


def to_int8(values: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Codes −127 to 127 and one scale for each entry of the first axis."""
    largest = np.abs(values).reshape(len(values), -1).max(1)
    scale = (np.maximum(largest, 1e-12) / 127).astype(np.float32)
    codes = np.rint(values / scale.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
    return codes, scale


def build(convolutions: dict[str, Floats], parts: Compact, storage: Storage) -> onnx.ModelProto:
    """The whole model. `convolutions` are `features.*` by their names in the layout."""
    graph = Graph(storage)
    pooled = _pooled(graph, _pool5(graph, _normalised(graph), convolutions), parts)
    _probability(graph, pooled, parts)
    _embedding(graph, pooled, parts)
    model = helper.make_model(
        helper.make_graph(graph.nodes, "aesthetics", [_image()], _outputs(parts), graph.weights),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="critic_training",
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _image() -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, ["batch", 224, 224, 3])


def _outputs(parts: Compact) -> list[onnx.ValueInfoProto]:
    size = parts.embedding.shape[1]
    return [
        helper.make_tensor_value_info(PROBABILITY_NAME, TensorProto.FLOAT, ["batch", 2]),
        helper.make_tensor_value_info(EMBEDDING_NAME, TensorProto.FLOAT, ["batch", size]),
    ]


def _normalised(graph: Graph) -> str:
    deviation, mean = np.array(DEVIATION, np.float32), np.array(MEAN, np.float32)
    value = graph.add("Cast", INPUT_NAME, name="pixels", to=TensorProto.FLOAT)
    value = graph.add("Mul", value, graph.plain("normalise.factor", 1 / (255 * deviation)), name="scaled")
    value = graph.add("Add", value, graph.plain("normalise.offset", -mean / deviation), name="centred")
    return graph.add("Transpose", value, name="channels_first", perm=[0, 3, 1, 2])


def _pool5(graph: Graph, value: str, convolutions: dict[str, Floats]) -> str:
    for number, stride, padding, pool in CONVOLUTIONS:
        name = f"features.{number}"
        weight = graph.weight(f"{name}.weight", convolutions[f"{name}.weight"])
        bias = graph.plain(f"{name}.bias", convolutions[f"{name}.bias"])
        value = graph.add("Conv", value, weight, bias, name=name, strides=[stride] * 2, pads=[padding] * 4)
        value = graph.add("Relu", value, name=f"{name}.relu")
        if pool:
            value = graph.add("MaxPool", value, name=f"{name}.pool", kernel_shape=[3, 3], strides=[2, 2])
    return value


def _pooled(graph: Graph, value: str, parts: Compact) -> str:
    """fc6 and its readouts as convolutions with one group a channel: block-diagonal matrices, without their zeros."""
    channels, units, _ = parts.fc6.shape
    weight = graph.weight("fc6.weight", parts.fc6.reshape(channels * units, 1, 6, 6))
    bias = graph.plain("fc6.bias", parts.fc6_bias.reshape(-1))
    value = graph.add("Conv", value, weight, bias, name="fc6", group=channels)
    value = graph.add("Relu", value, name="fc6.relu")
    weight = graph.weight("readout.weight", parts.readout.reshape(channels * 2, units, 1, 1))
    bias = graph.plain("readout.bias", parts.readout_bias.reshape(-1))
    value = graph.add("Conv", value, weight, bias, name="readout", group=channels)
    return graph.add("Flatten", value, name="pooled")


def _probability(graph: Graph, value: str, parts: Compact) -> str:
    for name, weight, bias in (("fc7", parts.fc7, parts.fc7_bias), ("fc8", parts.fc8, parts.fc8_bias)):
        stored = graph.weight(f"{name}.weight", weight), graph.plain(f"{name}.bias", bias)
        value = graph.add("Gemm", value, *stored, name=name, transB=1)
        if name == "fc7":
            value = graph.add("Relu", value, name="fc7.relu")
    return graph.add("Softmax", value, name=PROBABILITY_NAME, axis=1)


def _embedding(graph: Graph, value: str, parts: Compact) -> str:
    weight = graph.weight("embedding.weight", np.ascontiguousarray(parts.embedding.T))
    value = graph.add("Gemm", value, weight, name="projected", transB=1)
    length = graph.add("ReduceL2", value, name="length", axes=[1], keepdims=1)  # LpNormalization has no CUDA kernel
    length = graph.add("Max", length, graph.plain("length.least", np.float32(1e-12)), name="length.safe")
    return graph.add("Div", value, length, name=EMBEDDING_NAME)
