"""A graph computed in float16: which parts of it are, and that it answers as the one it was made of."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto
from tests.support.tiny_model import tiny_model_folder

from critic_core.contracts.manifest import Preprocessing, Scale, parse_manifest
from critic_training.data.photo_sets import Inputs
from critic_training.export.difference import Limits, ParityError, by_file, check, difference, read_inputs
from critic_training.export.half_precision import convert as conversion
from critic_training.export.half_precision.convert import SUFFIX, convert
from critic_training.export.half_precision.graph import to_float16
from critic_training.export.model_folder import sha256

SHIPPED = Path(__file__).parents[4] / "services" / "inference" / "model_repository"
MODELS = ("aesthetics", "aesthetics-alexnet")


def halves(model: onnx.ModelProto) -> dict[str, str]:
    """Operators of the values that are float16, by name."""
    graph = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
    found = {value.name for value in graph.value_info if value.type.tensor_type.elem_type == TensorProto.FLOAT16}
    return {node.output[0]: node.op_type for node in model.graph.node if node.output[0] in found}


@pytest.fixture(scope="module")
def shipped() -> dict[str, onnx.ModelProto]:
    return {folder.name: onnx.load_model(folder / "1" / "model.onnx") for folder in SHIPPED.iterdir()}


@pytest.mark.parametrize("name", MODELS)
def test_it_answers_as_the_graph_it_was_made_of(
    shipped: dict[str, onnx.ModelProto], name: str, images: Inputs, tmp_path: Path
) -> None:
    whole, half = SHIPPED / name / "1" / "model.onnx", tmp_path / "half.onnx"
    onnx.save_model(to_float16(shipped[name]), half)
    check(difference(by_file(half, images), by_file(whole, images), Scale()), Limits.probability, "float16")
    assert half.stat().st_size < 1.001 * whole.stat().st_size


def test_every_convolution_is_in_half_and_what_must_be_exact_is_not(shipped: dict[str, onnx.ModelProto]) -> None:
    model = to_float16(shipped["aesthetics"])
    found = halves(model)
    convolutions = [node.output[0] for node in model.graph.node if node.op_type == "Conv"]
    assert len(convolutions) > 40
    assert set(convolutions) <= set(found)
    assert sum(operator == "Add" for operator in found.values()) > 5  # skips
    assert not {"GlobalAveragePool", "Sqrt", "Softmax", "ReduceL2", "Transpose"} & set(found.values())


def test_dense_layers_on_pooled_statistics_are_not_in_half(shipped: dict[str, onnx.ModelProto]) -> None:
    found = halves(to_float16(shipped["aesthetics-alexnet"]))
    assert sum(operator == "Conv" for operator in found.values()) == 5
    assert "Gemm" not in found.values()


@pytest.mark.parametrize("name", MODELS)
def test_nothing_is_cast_twice_and_no_weight_is_left_over(shipped: dict[str, onnx.ModelProto], name: str) -> None:
    graph = to_float16(shipped[name]).graph
    casts = [(node.input[0], node.attribute[0].i) for node in graph.node if node.op_type == "Cast"]
    assert len(casts) == len(set(casts))
    read = {name for node in graph.node for name in node.input}
    assert {weight.name for weight in graph.initializer} <= read


def test_a_constant_beyond_float16_is_refused(shipped: dict[str, onnx.ModelProto]) -> None:
    model = onnx.ModelProto()
    model.CopyFrom(shipped["aesthetics"])
    bias = next(weight for weight in model.graph.initializer if weight.name == "stem.bias")
    bias.CopyFrom(onnx.numpy_helper.from_array(np.full(bias.dims, 1e6, np.float32), bias.name))
    with pytest.raises(ValueError, match=r"stem\.bias"):
        to_float16(model)


@pytest.fixture
def photos() -> Inputs:
    data = Path(__file__).parents[3] / "data"
    return read_inputs([data / name for name in ("rocket.jpg", "cat.png", "formats/jpeg.jpg")], Preprocessing())


def test_the_manifest_names_the_weights_and_the_form(tmp_path: Path, photos: Inputs) -> None:
    of = tiny_model_folder(tmp_path / "whole")
    convert(tmp_path / "whole", photos, tmp_path / "half")
    manifest = parse_manifest((tmp_path / "half" / "manifest.json").read_bytes())
    assert manifest.architecture == of.architecture + SUFFIX
    assert (manifest.name, manifest.preprocessing, manifest.reference) == (of.name, of.preprocessing, of.reference)
    assert manifest.weights_sha256 == sha256(tmp_path / "half" / "model.onnx")
    with pytest.raises(ValueError, match="float16 as it is"):
        convert(tmp_path / "half", photos, tmp_path / "again")


def test_the_gate_refuses_a_graph_that_answers_otherwise(
    tmp_path: Path, photos: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_model_folder(tmp_path / "whole")
    tiny_model_folder(tmp_path / "other", seed=8)
    monkeypatch.setattr(conversion, "to_float16", lambda _: onnx.load_model(tmp_path / "other" / "model.onnx"))
    with pytest.raises(ParityError, match="float16"):
        convert(tmp_path / "whole", photos, tmp_path / "half")
    assert not (tmp_path / "half").exists()
    assert json.loads((tmp_path / "whole" / "manifest.json").read_text())["name"] == "aesthetics"
