"""The exported graphs answer as PyTorch does, from file bytes on; compressed ones within what they promise."""

import copy
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from critic_training.data.photo_sets import Inputs
from critic_training.evaluation.calibration import Platt
from critic_training.evaluation.onnx_model import open_session, predict, predict_kinds
from critic_training.export import alexnet
from critic_training.export.build import build
from critic_training.export.difference import FLOAT32_BOUND, Difference, ParityError, check
from critic_training.export.factor import Factors, Span, by_outputs, span
from critic_training.export.form import FLOAT32, FORMS, Form
from critic_training.export.graph import BLOCK, Graph, Storage, to_int4
from critic_training.export.parity import compare, trained
from critic_training.networks.maps import MapsNetwork
from critic_training.networks.network import Network

ARCHITECTURES = ("alexnet", "alexnet-maps", "efficientnet-lite0", "efficientnet-lite2-maps")


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_float32_outputs_as_pytorch(
    networks: dict[str, Network], arch: str, platt: Platt, images: Inputs, tmp_path: Path
) -> None:
    onnx.save_model(build(networks[arch], platt, FLOAT32), tmp_path / "model.onnx")
    found = compare(networks[arch], platt, tmp_path / "model.onnx", images)
    check(found, FLOAT32_BOUND, "float32")
    expected, _ = trained(networks[arch], platt, images)
    assert expected.std() > 1e-3
    probability, embedding = predict(open_session(tmp_path / "model.onnx"), images[:1])
    assert probability[0] == pytest.approx(expected[0], abs=1e-4)  # one photo as many
    assert np.linalg.norm(embedding[0]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("arch", ["alexnet-maps", "efficientnet-lite2-maps"])
def test_kinds_are_pytorchs(networks: dict[str, Network], arch: str, platt: Platt, images: Inputs) -> None:
    network = networks[arch]
    assert isinstance(network, MapsNetwork)
    with torch.inference_mode():
        pooled = network.eval().extract_features(torch.from_numpy(images)).pooled
        expected = torch.softmax(network.kinds(pooled), 1).numpy()
    probability, kinds = predict_kinds(open_session(build(network, platt, FLOAT32).SerializeToString()), images)
    assert probability.shape == (len(images),)
    assert kinds == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("storage", ["float16", "int8", "int4"])
def test_compressed_files_are_smaller_and_answer_nearly_the_same(
    networks: dict[str, Network], arch: str, storage: str, platt: Platt, images: Inputs, tmp_path: Path
) -> None:
    form = Form(Storage(storage), Storage.float16)
    onnx.save_model(build(networks[arch], platt, form), tmp_path / "model.onnx")
    found = compare(networks[arch], platt, tmp_path / "model.onnx", images)
    parameters = sum(parameter.numel() for parameter in networks[arch].parameters())
    assert (tmp_path / "model.onnx").stat().st_size < 2.2 * parameters
    assert found.probability < 0.05
    assert found.embedding < 0.01


def test_large_convolutions_alone_are_stored_in_eight_bits() -> None:
    graph = Graph(Storage.float16, large=Storage.int8)
    graph.weight("large", np.ones((400, 1000), np.float32))
    graph.weight("small", np.ones((4, 50), np.float32))
    assert [weight.data_type for weight in graph.weights if weight.name in {"large.int8", "small.float16"}] == [
        onnx.TensorProto.INT8,
        onnx.TensorProto.FLOAT16,
    ]


def test_every_listed_form_begins_with_the_reference() -> None:
    assert set(FORMS) == set(ARCHITECTURES)
    assert all(forms[0] == FLOAT32 for forms in FORMS.values())
    assert all(len({form.name for form in forms}) == len(forms) for forms in FORMS.values())


def test_the_gate_refuses_another_network(
    networks: dict[str, Network], platt: Platt, images: Inputs, tmp_path: Path
) -> None:
    model = tmp_path / "model.onnx"
    onnx.save_model(build(networks["efficientnet-lite0"], Platt(2.0, -1.0), FLOAT32), model)
    with pytest.raises(ParityError, match="float32"):
        check(compare(networks["efficientnet-lite0"], platt, model, images), FLOAT32_BOUND, "float32")


def test_the_gate_refuses_what_is_not_a_number() -> None:
    with pytest.raises(ParityError):
        check(Difference(float("nan"), 0, 0, 0), 1.0, "it")


def test_four_bits_round_to_the_nearest_seventh_of_each_blocks_largest() -> None:
    values = np.random.default_rng(0).standard_normal((4, 2 * BLOCK)).astype(np.float32)
    packed, scale = to_int4(values)
    assert (packed.nbytes, scale.nbytes) == (values.size // 2, 2 * values.size // BLOCK)
    graph = Graph(Storage.int4)
    graph.weight("weight", values)
    decoded = unfolded(graph)
    assert np.abs(decoded - values).max() <= 0.5 * np.abs(values).max() / 7 + 1e-3
    np.testing.assert_array_equal(np.sign(decoded[np.abs(values) > 0.3]), np.sign(values[np.abs(values) > 0.3]))


def test_eight_bits_round_to_the_nearest_code_of_each_unit() -> None:
    values = np.random.default_rng(0).standard_normal((4, 50)).astype(np.float32)
    graph = Graph(Storage.int8)
    graph.weight("weight", values)
    step = np.abs(values).max(1, keepdims=True) / 127
    assert (np.abs(unfolded(graph) - values) <= 0.5 * step + 1e-6).all()
    assert "DequantizeLinear" not in {node.op_type for node in graph.nodes}


def unfolded(graph: Graph) -> np.ndarray:
    """The weight as the runtime unfolds it."""
    out = onnx.helper.make_tensor_value_info("weight", onnx.TensorProto.FLOAT, None)
    made = onnx.helper.make_graph(graph.nodes, "weight", [], [out], graph.weights)
    model = onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    weight: np.ndarray = open_session(model.SerializeToString()).run(None, {})[0]
    return weight


def by_weights(weight: np.ndarray, bias: np.ndarray, rank: int) -> Factors:
    """Truncated singular value decomposition of `[O, I]`."""
    left, values, right = np.linalg.svd(weight, full_matrices=False)
    root = np.sqrt(values[:rank])
    return Factors((root[:, None] * right[:rank]).astype(np.float32), (left[:, :rank] * root).astype(np.float32), bias)


def test_factors_of_full_rank_are_the_layer() -> None:
    random = np.random.default_rng(0)
    weight, bias = random.standard_normal((6, 9)).astype(np.float32), random.standard_normal(6).astype(np.float32)
    inputs = random.standard_normal((40, 9)).astype(np.float32)
    outputs = inputs @ weight.T + bias
    for factors in (by_weights(weight, bias, 6), by_outputs(weight, bias, 6, span(outputs))):
        product = inputs @ factors.first.T @ factors.second.T + factors.bias
        np.testing.assert_allclose(product, outputs, atol=1e-4)


def test_factors_by_outputs_keep_what_photos_use() -> None:
    random = np.random.default_rng(0)
    weight, bias = random.standard_normal((30, 50)).astype(np.float32), random.standard_normal(30).astype(np.float32)
    inputs = (random.standard_normal((200, 4)) @ random.standard_normal((4, 50)) + 1).astype(np.float32)
    outputs = inputs @ weight.T + bias
    errors = []
    for factors in (by_weights(weight, bias, 4), by_outputs(weight, bias, 4, span(outputs))):
        product = inputs @ factors.first.T @ factors.second.T + factors.bias
        errors.append(float(np.abs(product - outputs).max()))
    assert errors[1] < 1e-2 < errors[0]


def test_a_factored_alexnet_outputs_as_its_factors_do(
    networks: dict[str, Network], platt: Platt, images: Inputs, tmp_path: Path
) -> None:
    network = copy.deepcopy(networks["alexnet"])
    pictures = torch.from_numpy(images)
    rank = 4  # of eight photos: their outputs vary in seven directions
    used = {
        name: Span(outputs.mean(0), np.linalg.svd(outputs - outputs.mean(0), full_matrices=False)[2].T)
        for name, outputs in alexnet.dense_outputs(network, pictures).items()
    }
    factors = alexnet.factors(network, used, rank)
    onnx.save_model(build(network, platt, Form(Storage.float32, Storage.float32, rank), factors), tmp_path / "m.onnx")
    with torch.no_grad():
        for name, layer in alexnet.DENSE.items():
            network.get_submodule(layer).weight.copy_(torch.from_numpy(factors[name].second @ factors[name].first))
            network.get_submodule(layer).bias.copy_(torch.from_numpy(factors[name].bias))
    check(compare(network, platt, tmp_path / "m.onnx", images), FLOAT32_BOUND, "rank 4", least_order=0.9)


def test_a_fc6_that_reads_one_channel_a_unit_is_stored_as_its_blocks(
    networks: dict[str, Network], platt: Platt, images: Inputs, tmp_path: Path
) -> None:
    network = copy.deepcopy(networks["alexnet"])
    fc6 = network.get_submodule("classifier.1")
    assert alexnet.channel_blocks(alexnet.array(fc6.weight)) is None
    blocks = torch.block_diag(*torch.randn(256, 16, 36, generator=torch.Generator().manual_seed(0)) / 6)
    with torch.no_grad():
        fc6.weight.copy_(blocks)
    onnx.save_model(build(network, platt, FLOAT32), tmp_path / "m.onnx")
    check(compare(network, platt, tmp_path / "m.onnx", images), FLOAT32_BOUND, "blocks")
    zeros = 4 * (fc6.weight.numel() - fc6.weight.count_nonzero())
    parameters = sum(parameter.numel() for parameter in network.parameters())
    assert (tmp_path / "m.onnx").stat().st_size < 1.01 * (4 * parameters - int(zeros))
