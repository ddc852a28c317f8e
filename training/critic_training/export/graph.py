"""An ONNX graph, written node by node: only operators of the standard opset 17, and weights in several storages.

So the CPU and CUDA providers of ONNX Runtime and Triton's ONNX backend run it alike. Weights are float32 wherever they
are computed with; casts and codes are unfolded once, when the model is loaded.
"""

from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from critic_core.contracts.manifest import EMBEDDING_NAME, INPUT_NAME, KIND_NAME, PROBABILITY_NAME
from critic_training.data.photo_sets import Floats

OPSET = 17
IR_VERSION = 8  # the first with opset 17: Triton images since 2022 read it
BLOCK = 32  # weights that share one scale, of 4-bit codes
LARGE = 400_000  # weights of a large convolution


class Storage(StrEnum):
    """Storage of weights in the file."""

    float32 = "float32"
    float16 = "float16"  # cast to float32 when the model is loaded
    int8 = "int8"  # one scale an output unit; cast and multiplied when the model is loaded
    int4 = "int4"  # two codes a byte, a float16 scale for 32 weights; unfolded when the model is loaded


class Graph:
    """Nodes and stored weights, in order of addition."""

    def __init__(self, storage: Storage, large: Storage | None = None) -> None:
        self.storage, self.large = storage, large or storage
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, operator: str, *inputs: str, name: str, **attributes: Any) -> str:
        """A node whose one output has the node's name."""
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def plain(self, name: str, values: npt.ArrayLike) -> str:
        """Biases, shapes and factors: small, so uncompressed."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str, values: Floats, storage: Storage | None = None) -> str:
        """A weight whose first axis is the output unit; without `storage`, as its size says."""
        storage = storage or (self.large if values.size >= LARGE else self.storage)
        if storage is Storage.float32:
            return self.plain(name, values.astype(np.float32))
        if storage is Storage.float16:
            stored = self.plain(f"{name}.float16", values.astype(np.float16))
            return self.add("Cast", stored, name=name, to=TensorProto.FLOAT)
        if storage is Storage.int4 and values[0].size % BLOCK == 0:
            return self._four_bits(name, values)
        return self._eight_bits(name, values)

    def _eight_bits(self, name: str, values: Floats) -> str:
        """Not DequantizeLinear: ONNX Runtime leaves that in the graph, and unfolds the weights for every request."""
        codes, scale = to_int8(values)
        stored = self.plain(f"{name}.int8", codes)
        by = self.plain(f"{name}.scale", scale.reshape(-1, *[1] * (values.ndim - 1)))
        return self.add("Mul", self.add("Cast", stored, name=f"{name}.codes", to=TensorProto.FLOAT), by, name=name)

    def _four_bits(self, name: str, values: Floats) -> str:
        packed, scale = to_int4(values)
        stored, by = self.plain(f"{name}.int4", packed), self.plain(f"{name}.scale", scale)
        four = self.plain(f"{name}.four", np.uint8(4))
        high = self.add("BitShift", stored, four, name=f"{name}.high", direction="RIGHT")
        left = self.add("BitShift", stored, four, name=f"{name}.left", direction="LEFT")
        low = self.add("BitShift", left, four, name=f"{name}.low", direction="RIGHT")
        codes = self.add("Concat", high, low, name=f"{name}.codes", axis=1)
        codes = self.add("Cast", codes, name=f"{name}.numbers", to=TensorProto.FLOAT)
        codes = self.add("Sub", codes, self.plain(f"{name}.zero", np.float32(8)), name=f"{name}.signed")
        by = self.add("Cast", by, name=f"{name}.factor", to=TensorProto.FLOAT)
        value = self.add("Mul", codes, by, name=f"{name}.blocks")
        return self.add("Reshape", value, self.plain(f"{name}.shape", np.array(values.shape)), name=name)


def to_int8(values: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Codes −127 to 127 and one scale for each entry of the first axis."""
    largest = np.abs(values).reshape(len(values), -1).max(1)
    scale = (np.maximum(largest, 1e-12) / 127).astype(np.float32)
    codes = np.rint(values / scale.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
    return codes, scale


def to_int4(values: Floats) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """Blocks of 32 weights as codes 1 to 15, where 8 is zero: `[B, 16]`; scales `[B, 1]`.

    A byte holds a code of the block's first half (high bits) and one of its second half (low bits).
    """
    blocks = values.reshape(-1, BLOCK)
    scale = np.maximum(np.abs(blocks).max(1, keepdims=True) / 7, 1e-7).astype(np.float16)
    codes = (np.clip(np.rint(blocks / scale.astype(np.float32)), -7, 7) + 8).astype(np.uint8)
    return codes[:, : BLOCK // 2] << 4 | codes[:, BLOCK // 2 :], scale


def model_of(graph: Graph, name: str, embedding_size: int, kinds: int = 0) -> onnx.ModelProto:
    """The checked model: one input, two outputs, or three with kinds, with the names of the serving contract."""
    image = helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, ["batch", 224, 224, 3])
    outputs = [
        helper.make_tensor_value_info(PROBABILITY_NAME, TensorProto.FLOAT, ["batch", 2]),
        helper.make_tensor_value_info(EMBEDDING_NAME, TensorProto.FLOAT, ["batch", embedding_size]),
    ]
    if kinds:
        outputs.append(helper.make_tensor_value_info(KIND_NAME, TensorProto.FLOAT, ["batch", kinds]))
    model = helper.make_model(
        helper.make_graph(graph.nodes, name, [image], outputs, graph.weights),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="critic_training",
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def normalised(graph: Graph, factor: npt.ArrayLike, offset: npt.ArrayLike) -> str:
    """The input as float32 `[N, 3, 224, 224]`: `pixel · factor + offset`."""
    value = graph.add("Cast", INPUT_NAME, name="pixels", to=TensorProto.FLOAT)
    value = graph.add("Mul", value, graph.plain("normalise.factor", np.asarray(factor, np.float32)), name="scaled")
    value = graph.add("Add", value, graph.plain("normalise.offset", np.asarray(offset, np.float32)), name="centred")
    return graph.add("Transpose", value, name="channels_first", perm=[0, 3, 1, 2])


def unit_length(graph: Graph, value: str) -> str:
    """The output `embedding`."""
    length = graph.add("ReduceL2", value, name="length", axes=[1], keepdims=1)  # LpNormalization has no CUDA kernel
    length = graph.add("Max", length, graph.plain("length.least", np.float32(1e-12)), name="length.safe")
    return graph.add("Div", value, length, name=EMBEDDING_NAME)
