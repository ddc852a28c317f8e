"""AlexNet's body in ONNX; fc6 and fc7 whole, or as two thin matrices each, or fc6 as its blocks."""

import numpy as np
import torch

from critic_training.data.photo_sets import Floats
from critic_training.export.body_outputs import BodyOutputs, array
from critic_training.export.factor import Factors, Span, by_outputs, span
from critic_training.export.form import Form
from critic_training.export.graph import Graph, normalised
from critic_training.export.maps import rated_by_maps
from critic_training.networks.alexnet import DEVIATION, MEAN, AlexNet
from critic_training.networks.alexnet_maps import AlexNetMaps
from critic_training.networks.network import Network

# features.N of the layout: (N, stride, padding, pooled afterwards)
CONVOLUTIONS = ((0, 4, 2, True), (3, 1, 2, True), (6, 1, 1, False), (8, 1, 1, False), (10, 1, 1, True))
DENSE = {"fc6": "classifier.1", "fc7": "classifier.4"}
CHANNELS, SIDE = 256, 6  # of pool5
POSITIONS = SIDE * SIDE


def body(graph: Graph, network: Network, form: Form, factors: dict[str, Factors]) -> BodyOutputs:
    """Pooled: average and maximum of pool5; hidden: fc7."""
    state = {name: array(value) for name, value in network.state_dict().items()}
    maps = _convolutions(graph, state)[-1]
    average = graph.add("GlobalAveragePool", maps, name="average")
    largest = graph.add("GlobalMaxPool", maps, name="largest")
    pooled = graph.add("Flatten", graph.add("Concat", average, largest, name="both", axis=1), name="pooled")
    value = maps
    for name, layer in DENSE.items():
        weight, bias = state[f"{layer}.weight"], state[f"{layer}.bias"]
        blocks = channel_blocks(weight) if name == "fc6" else None
        if blocks is None:
            flat = graph.add("Flatten", value, name=f"{name}.input")
            value = _dense(graph, name, flat, factors.get(name) or (weight, bias), form)
        else:
            value = _grouped(graph, name, value, blocks, bias)
        value = graph.add("Relu", value, name=f"{name}.relu")
    return BodyOutputs(pooled, value)


def channel_blocks(weight: Floats) -> Floats | None:
    """fc6 `[4096, 9216]` whose units read one channel each, in order, as `[4096, 1, 6, 6]`; None for any other."""
    spread = weight.reshape(CHANNELS, -1, CHANNELS, POSITIONS)
    diagonal = np.arange(CHANNELS)
    blocks = spread[diagonal, :, diagonal]
    if np.count_nonzero(weight) != np.count_nonzero(blocks):
        return None
    return blocks.reshape(-1, 1, SIDE, SIDE)


def _grouped(graph: Graph, name: str, maps: str, blocks: Floats, bias: Floats) -> str:
    """A block-diagonal matrix without its zeros: a convolution with one group a channel."""
    weight = graph.weight(f"{name}.weight", blocks)
    stored = graph.plain(f"{name}.bias", bias)
    return graph.add("Conv", maps, weight, stored, name=name, group=CHANNELS)


def maps_body(graph: Graph, network: Network, form: Form, _factors: dict[str, Factors]) -> BodyOutputs:
    """Statistics of conv1 to conv4 and pool5, and the grid of pool5."""
    assert isinstance(network, AlexNetMaps)
    state = {name: array(value) for name, value in network.state_dict().items()}
    maps = _convolutions(graph, state)
    return rated_by_maps(graph, network, maps, SIDE, form)


def _convolutions(graph: Graph, state: dict[str, Floats]) -> list[str]:
    """conv1 to conv4 after their ReLU, and pool5."""
    deviation, mean = np.array(DEVIATION, np.float32), np.array(MEAN, np.float32)
    value, maps = normalised(graph, np.reciprocal(255 * deviation), -mean / deviation), []
    for number, stride, padding, pool in CONVOLUTIONS:
        name = f"features.{number}"
        weight = graph.weight(f"{name}.weight", state[f"{name}.weight"])
        bias = graph.plain(f"{name}.bias", state[f"{name}.bias"])
        value = graph.add("Conv", value, weight, bias, name=name, strides=[stride] * 2, pads=[padding] * 4)
        value = graph.add("Relu", value, name=f"{name}.relu")
        maps.append(value)
        if pool:
            value = graph.add("MaxPool", value, name=f"{name}.pool", kernel_shape=[3, 3], strides=[2, 2])
    return [*maps[:-1], value]


def _dense(graph: Graph, name: str, value: str, layer: Factors | tuple[Floats, Floats], form: Form) -> str:
    if isinstance(layer, Factors):
        first = graph.weight(f"{name}.first", layer.first, form.storage)
        value = graph.add("Gemm", value, first, name=f"{name}.thin", transB=1)
        layer = layer.second, layer.bias
    weight, bias = layer
    stored = graph.weight(f"{name}.weight", weight, form.storage)
    return graph.add("Gemm", value, stored, graph.plain(f"{name}.bias", bias), name=name, transB=1)


def spans(network: Network, images: torch.Tensor) -> dict[str, Span]:
    """Of fc6 and fc7, for photos uint8 `[N, 224, 224, 3]`: takes a minute, and serves every rank below N."""
    assert isinstance(network, AlexNet)
    return {name: span(outputs) for name, outputs in dense_outputs(network, images).items()}


def factors(network: Network, used: dict[str, Span], rank: int) -> dict[str, Factors]:
    """fc6 and fc7 of that rank; not a block-diagonal fc6, already small."""
    state = network.state_dict()
    layers = {name: [array(state[f"{layer}.{kind}"]) for kind in ("weight", "bias")] for name, layer in DENSE.items()}
    whole = {name for name, (weight, _) in layers.items() if name == "fc6" and channel_blocks(weight) is not None}
    return {name: by_outputs(w, b, rank, used[name]) for name, (w, b) in layers.items() if name not in whole}


@torch.inference_mode()
def dense_outputs(network: AlexNet, images: torch.Tensor) -> dict[str, Floats]:
    """fc6 and fc7 before their ReLU, `[N, 4096]` each."""
    outputs: dict[str, list[Floats]] = {name: [] for name in DENSE}
    hooks = [
        network.get_submodule(layer).register_forward_hook(
            lambda _, __, out, name=name: outputs[name].append(array(out))
        )
        for name, layer in DENSE.items()
    ]
    for start in range(0, len(images), 64):
        network.extract_features(images[start : start + 64])
    for hook in hooks:
        hook.remove()
    return {name: np.concatenate(batches) for name, batches in outputs.items()}
