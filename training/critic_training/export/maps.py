"""What networks rated by their maps share in ONNX: statistics, the grid, and the hidden layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from critic_training.data.photo_sets import Floats
from critic_training.export.body_outputs import BodyOutputs, array
from critic_training.export.form import Form
from critic_training.export.graph import Graph, Storage
from critic_training.networks.maps import GRID, LEAST_VARIANCE, MapsNetwork


def rated_by_maps(graph: Graph, network: MapsNetwork, maps: Sequence[str], side: int, form: Form) -> BodyOutputs:
    """Pooled: standardised statistics of all maps, then the grid of the last ones, `side` pixels wide."""
    values = [*(statistics(graph, value) for value in maps), _grid(graph, maps[-1], side)]
    joined = graph.add(
        "Concat", *(graph.add("Flatten", value, name=f"{value}.flat") for value in values), name="parts", axis=1
    )
    factor, offset = _standardisation(network.standardise)
    scaled = graph.add("Mul", joined, graph.plain("standardise.factor", factor), name="scaled_parts")
    pooled = graph.add("Add", scaled, graph.plain("standardise.offset", offset), name="pooled")
    return BodyOutputs(pooled, _hidden_layer(graph, network.mixing, pooled, form.storage))


def _hidden_layer(graph: Graph, mixing: Any, pooled: str, storage: Storage) -> str:
    """`[N, units]`, never negative."""
    weight = graph.weight("mixing.weight", array(mixing.weight), storage)
    value = graph.add("Gemm", pooled, weight, graph.plain("mixing.bias", array(mixing.bias)), name="mixing", transB=1)
    return graph.add("Relu", value, name="mixing.relu")


def statistics(graph: Graph, value: str) -> str:
    """Average, maximum and deviation of each map, as `networks.maps.statistics`."""
    average = graph.add("GlobalAveragePool", value, name=f"{value}.average")
    squares = graph.add("Mul", value, value, name=f"{value}.squares")
    mean = graph.add("GlobalAveragePool", squares, name=f"{value}.mean_square")
    square = graph.add("Mul", average, average, name=f"{value}.squared_mean")
    variance = graph.add("Relu", graph.add("Sub", mean, square, name=f"{value}.spread"), name=f"{value}.variance")
    least = graph.plain(f"{value}.least", np.float32(LEAST_VARIANCE))
    deviation = graph.add("Sqrt", graph.add("Add", variance, least, name=f"{value}.safe"), name=f"{value}.deviation")
    largest = graph.add("GlobalMaxPool", value, name=f"{value}.largest")
    return graph.add("Concat", average, largest, deviation, name=f"{value}.statistics", axis=1)


def _grid(graph: Graph, value: str, side: int) -> str:
    """PyTorch's adaptive average pooling of a side of 6 or 7 pixels: windows of equal size at equal steps."""
    step, window = side // GRID, -(-side // GRID)
    return graph.add("AveragePool", value, name=f"{value}.grid", kernel_shape=[window] * 2, strides=[step] * 2)


def _standardisation(norm: Any) -> tuple[Floats, Floats]:
    factor = 1 / np.sqrt(array(norm.running_var).astype(np.float64) + norm.eps)
    return factor.astype(np.float32), (-array(norm.running_mean) * factor).astype(np.float32)
