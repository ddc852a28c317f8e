"""Any network of the registry as one ONNX graph: its body, then two calibrated outputs."""

from collections.abc import Callable

import numpy as np
import onnx

from critic_core.contracts.manifest import KIND_NAME, PROBABILITY_NAME
from critic_training.data.photo_sets import Floats
from critic_training.evaluation.calibration import Platt
from critic_training.export import alexnet, efficientnet_lite
from critic_training.export.body_outputs import BodyOutputs, array
from critic_training.export.factor import Factors
from critic_training.export.form import Form
from critic_training.export.graph import Graph, model_of, unit_length
from critic_training.networks.maps import KINDS, MapsNetwork
from critic_training.networks.network import Network

Body = Callable[[Graph, Network, Form, dict[str, Factors]], BodyOutputs]
"""Adds all nodes up to the inputs of the last layer and of the embedding."""

BODIES: dict[str, Body] = {
    "alexnet": alexnet.body,
    "alexnet-maps": alexnet.maps_body,
    "efficientnet-lite0": efficientnet_lite.body,
    "efficientnet-lite2-maps": efficientnet_lite.maps_body,
}


def build(network: Network, platt: Platt, form: Form, factors: dict[str, Factors] | None = None) -> onnx.ModelProto:
    """`factors`: of the layers with a rank in this form, by name."""
    graph = Graph(form.convolutions, form.large)
    outputs = BODIES[network.architecture](graph, network, form, factors or {})
    weight, bias = calibrated(array(network.last_layer.weight), array(network.last_layer.bias), platt)
    logits = graph.add(
        "Gemm",
        outputs.hidden,
        graph.plain("last.weight", weight),
        graph.plain("last.bias", bias),
        name="logits",
        transB=1,
    )
    graph.add("Softmax", logits, name=PROBABILITY_NAME, axis=1)
    if isinstance(network, MapsNetwork):
        _kinds(graph, network, outputs.pooled)
    projected = graph.add(
        "Gemm",
        outputs.pooled,
        graph.weight("embedding.weight", array(network.embedding.weight), form.storage),
        graph.plain("embedding.bias", array(network.embedding.bias)),
        name="projected",
        transB=1,
    )
    unit_length(graph, projected)
    return model_of(graph, network.architecture, network.embedding.out_features, kinds_of(network))


def kinds_of(network: Network) -> int:
    """Columns of the output `kind`; 0: no such output."""
    return len(KINDS) if isinstance(network, MapsNetwork) else 0


def _kinds(graph: Graph, network: MapsNetwork, pooled: str) -> None:
    weight = graph.weight("kinds.weight", array(network.kinds.weight))
    bias = graph.plain("kinds.bias", array(network.kinds.bias))
    logits = graph.add("Gemm", pooled, weight, bias, name="kinds", transB=1)
    graph.add("Softmax", logits, name=KIND_NAME, axis=1)


def calibrated(weight: Floats, bias: Floats, platt: Platt) -> tuple[Floats, Floats]:
    """The last layer with Platt's curve folded in: its softmax is the calibrated probability."""
    slope, fixed = weight[1] - weight[0], bias[1] - bias[0]
    half, offset = platt.slope * slope / 2, (platt.slope * fixed + platt.intercept) / 2
    return np.stack([-half, half]).astype(np.float32), np.array([-offset, offset], np.float32)
