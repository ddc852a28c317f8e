"""EfficientNet-Lite's bodies in ONNX: batch norm folded into the convolutions, padding as in the published network."""

from typing import Any

import numpy as np

from critic_training.data.photo_sets import Floats
from critic_training.export.body_outputs import BodyOutputs, array
from critic_training.export.factor import Factors
from critic_training.export.form import Form
from critic_training.export.graph import Graph, normalised
from critic_training.export.maps import rated_by_maps
from critic_training.networks.efficientnet_lite import CENTRE, SPREAD
from critic_training.networks.efficientnet_lite2_maps import EfficientNetLite2Maps, tap_blocks
from critic_training.networks.network import Network


def body(graph: Graph, network: Network, _form: Form, _factors: dict[str, Factors]) -> BodyOutputs:
    """Pooled and hidden are one: the averages of the last maps."""
    backbone: Any = network.backbone
    value = _blocks(graph, backbone)[-1]
    value = _relu6(graph, _convolution(graph, "head", value, backbone._conv_head, backbone._bn1))
    value = graph.add("GlobalAveragePool", value, name="average")
    pooled = graph.add("Flatten", value, name="pooled")
    return BodyOutputs(pooled, pooled)


def maps_body(graph: Graph, network: Network, form: Form, _factors: dict[str, Factors]) -> BodyOutputs:
    """Statistics of the last map of each resolution, and the grid of the last ones, 7 pixels wide."""
    assert isinstance(network, EfficientNetLite2Maps)
    values = _blocks(graph, network.backbone)
    return rated_by_maps(graph, network, [values[number] for number in tap_blocks(network.backbone)], 7, form)


def _blocks(graph: Graph, backbone: Any) -> list[str]:
    """The output of each block."""
    graph.plain("zero", np.float32(0))
    graph.plain("six", np.float32(6))
    value = normalised(graph, np.full(3, 1 / SPREAD), np.full(3, -CENTRE / SPREAD))
    value = _relu6(graph, _convolution(graph, "stem", value, backbone._conv_stem, backbone._bn0))
    values = []
    for number, block in enumerate(backbone._blocks):
        value = _block(graph, f"block.{number}", value, block)
        values.append(value)
    return values


def _block(graph: Graph, name: str, block_input: str, block: Any) -> str:
    arguments, value = block._block_args, block_input
    if arguments.expand_ratio != 1:
        value = _relu6(graph, _convolution(graph, f"{name}.expand", value, block._expand_conv, block._bn0))
    value = _relu6(graph, _convolution(graph, f"{name}.depthwise", value, block._depthwise_conv, block._bn1))
    value = _convolution(graph, f"{name}.project", value, block._project_conv, block._bn2)
    # As in the package's forward pass: the stride of a stage's first block is a list, so that block has no skip.
    if arguments.id_skip and arguments.stride == 1 and arguments.input_filters == arguments.output_filters:
        value = graph.add("Add", value, block_input, name=f"{name}.skip")
    return value


def _convolution(graph: Graph, name: str, value: str, layer: Any, norm: Any) -> str:
    weight, bias = folded(layer, norm)
    stored = graph.weight(f"{name}.weight", weight), graph.plain(f"{name}.bias", bias)
    return graph.add(
        "Conv", value, *stored, name=name, strides=list(layer.stride), pads=_pads(layer), group=layer.groups
    )


def _relu6(graph: Graph, value: str) -> str:
    return graph.add("Clip", value, "zero", "six", name=f"{value}.relu6")


def folded(layer: Any, norm: Any) -> tuple[Floats, Floats]:
    """Weight and bias of one convolution, equal to convolution and batch norm."""
    factor = array(norm.weight).astype(np.float64) / np.sqrt(array(norm.running_var).astype(np.float64) + norm.eps)
    weight = array(layer.weight) * factor.reshape(-1, 1, 1, 1)
    bias = array(norm.bias) - array(norm.running_mean) * factor
    return weight.astype(np.float32), bias.astype(np.float32)


def _pads(layer: Any) -> list[int]:
    """ONNX wants top, left, bottom, right; the package pads left, right, top, bottom, or not at all."""
    left, right, top, bottom = getattr(layer.static_padding, "padding", (0, 0, 0, 0))
    return [top, left, bottom, right]
