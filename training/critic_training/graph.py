"""The ONNX graph of the compact form: uint8 photos in, probability and embedding out."""

import numpy as np
import onnx

from critic_core.contracts.manifest import PROBABILITY_NAME
from critic_training.assemble import Compact
from critic_training.dataset import Floats
from critic_training.export.graph import Graph, Storage, model_of, normalised, unit_length
from critic_training.networks.alexnet import DEVIATION, MEAN

# features.N of the layout: (N, stride, padding, pooled afterwards)
CONVOLUTIONS = ((0, 4, 2, True), (3, 1, 2, True), (6, 1, 1, False), (8, 1, 1, False), (10, 1, 1, True))


def build(convolutions: dict[str, Floats], parts: Compact, storage: Storage) -> onnx.ModelProto:
    """The whole model. `convolutions` are `features.*` by their names in the layout."""
    graph = Graph(storage)
    pooled = _pooled(graph, _pool5(graph, _normalised(graph), convolutions), parts)
    _probability(graph, pooled, parts)
    _embedding(graph, pooled, parts)
    return model_of(graph, "aesthetics", parts.embedding.shape[1])


def _normalised(graph: Graph) -> str:
    deviation, mean = np.array(DEVIATION, np.float32), np.array(MEAN, np.float32)
    return normalised(graph, np.reciprocal(255 * deviation), -mean / deviation)


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


def _embedding(graph: Graph, value: str, parts: Compact) -> None:
    weight = graph.weight("embedding.weight", np.ascontiguousarray(parts.embedding.T))
    value = graph.add("Gemm", value, weight, name="projected", transB=1)
    unit_length(graph, value)
