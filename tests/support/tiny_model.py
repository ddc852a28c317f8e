"""A model repository with one tiny model in it: real ONNX, a real manifest, an answer that depends on the photo."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from google.protobuf import text_format
from onnx import TensorProto, helper, numpy_helper
from tritonclient.grpc.model_config_pb2 import ModelConfig

from critic_core.contracts.manifest import (
    Calibration,
    Fit,
    Golden,
    Manifest,
    Preprocessing,
    Reference,
    manifest_parameter,
)
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare

NAME, SIDE, EMBEDDING = "aesthetics", 224, 12


def publish_tiny_model(repository: Path, version: str = "1", golden: float | None = None) -> Manifest:
    """Write the model into `repository`, in Triton's layout; the golden probability is computed unless told."""
    folder = repository / NAME / version
    folder.mkdir(parents=True)
    onnx.save(_network(), folder / "model.onnx")
    if golden is None:
        golden = _golden(folder / "model.onnx", Preprocessing(size=SIDE))
    manifest = tiny_manifest(version, golden).model_copy(update={"weights_sha256": _digest(folder / "model.onnx")})
    (folder / "manifest.json").write_text(manifest.model_dump_json())
    (repository / NAME / "config.pbtxt").write_text(text_format.MessageToString(_config(manifest)))
    return manifest


def tiny_model_folder(folder: Path, seed: int = 7, fit: Fit = Fit.squash) -> Manifest:
    """What training hands over: `model.onnx` and a `manifest.json` that is true of it; other seeds, other answers."""
    folder.mkdir(parents=True)
    onnx.save(_network(seed), folder / "model.onnx")
    preprocessing = Preprocessing(size=SIDE, fit=fit)
    manifest = tiny_manifest(golden=_golden(folder / "model.onnx", preprocessing), preprocessing=preprocessing)
    manifest = manifest.model_copy(update={"weights_sha256": _digest(folder / "model.onnx")})
    (folder / "manifest.json").write_text(manifest.model_dump_json())
    return manifest


def tiny_manifest(version: str = "1", golden: float = 0.5, preprocessing: Preprocessing | None = None) -> Manifest:
    """A manifest of a model that was not trained on anything."""
    return Manifest(
        name=NAME,
        version=version,
        architecture="two random layers",
        embedding_size=EMBEDDING,
        preprocessing=preprocessing or Preprocessing(size=SIDE),
        calibration=Calibration(method="none", fitted_on="nothing"),
        reference=Reference(dataset="a ruler", photos=101, score_quantiles=tuple(float(score) for score in range(101))),
        golden=Golden(probability=golden),
        datasets=(),
        metrics=(),
        weights_sha256="0" * 64,
        training_command="none",
        training_commit="none",
        created="2026-01-01",
        summary="For tests.",
    )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _golden(model: Path, preprocessing: Preprocessing) -> float:
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    tensor = prepare(golden_photo(), preprocessing)
    (probability,) = session.run(["probability"], {"image": tensor[None]})
    return float(probability[0, 1])


def _network(seed: int = 7) -> onnx.ModelProto:
    random = np.random.default_rng(seed)
    weights = {
        "white": np.array(255, np.float32),
        "to_embedding": random.normal(size=(147, EMBEDDING)).astype(np.float32),
        "to_classes": random.normal(size=(EMBEDDING, 2)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "white"], ["unit"]),
        helper.make_node("Transpose", ["unit"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["planes"], ["pooled"], kernel_shape=[32, 32], strides=[32, 32]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "to_embedding"], ["features"]),
        helper.make_node("LpNormalization", ["features"], ["embedding"], axis=-1, p=2),
        helper.make_node("MatMul", ["embedding", "to_classes"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probability"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIDE, SIDE, 3])],
        [
            helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["N", 2]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", EMBEDDING]),
        ],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _config(manifest: Manifest) -> ModelConfig:
    config = ModelConfig(name=NAME, backend="onnxruntime", max_batch_size=8)
    config.input.add(name="image", data_type="TYPE_UINT8", dims=[SIDE, SIDE, 3])
    config.output.add(name="probability", data_type="TYPE_FP32", dims=[2])
    config.output.add(name="embedding", data_type="TYPE_FP32", dims=[EMBEDDING])
    config.dynamic_batching.max_queue_delay_microseconds = 500
    config.parameters[manifest_parameter(manifest.version)].string_value = manifest.model_dump_json()
    return config
