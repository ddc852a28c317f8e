"""Small ONNX models with the contract of the shipped one: uint8 `image` in, `probability` and `embedding` out."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 224
EMBEDDING_SIZE = 16
OPSET = 17


def quick_model(seed: int = 7) -> onnx.ModelProto:
    """Average-pool the photo to 7×7, two linear layers, a normalised embedding and a softmax over two classes."""
    random = np.random.default_rng(seed)
    weights = {
        "scale": np.array(255, np.float32),
        "w_embedding": random.normal(size=(147, EMBEDDING_SIZE)).astype(np.float32),
        "w_class": random.normal(size=(EMBEDDING_SIZE, 2)).astype(np.float32) * 3,
    }
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "scale"], ["unit"]),
        helper.make_node("Transpose", ["unit"], ["nchw"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["nchw"], ["pooled"], kernel_shape=[32, 32], strides=[32, 32]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "w_embedding"], ["raw_embedding"]),
        helper.make_node("LpNormalization", ["raw_embedding"], ["embedding"], axis=-1, p=2),
        helper.make_node("MatMul", ["embedding", "w_class"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probability"], axis=-1),
    ]
    return _model(nodes, weights)


def slow_model(seed: int = 7, rounds: int = 400) -> onnx.ModelProto:
    """The quick model, after `rounds` multiplications of a 512×512 matrix (a second of work on one core)."""
    model = quick_model(seed)
    graph = model.graph
    # Scaled to a spectral radius of 1: with powers that vanish, denormal numbers would make it ten times slower.
    matrix = np.random.default_rng(seed).normal(size=(512, 512)).astype(np.float32) / np.float32(512**0.5)
    graph.initializer.extend(
        [
            numpy_helper.from_array(matrix, "matrix"),
            numpy_helper.from_array(np.array(rounds, np.int64), "rounds"),
            numpy_helper.from_array(np.array(True), "go_on"),
            numpy_helper.from_array(np.array(0, np.float32), "zero"),
        ]
    )
    logits = next(node for node in graph.node if node.output[0] == "logits")
    logits.output[0] = "quick_logits"
    at = list(graph.node).index(logits) + 1
    work = [
        # The work starts from this request's numbers, so that no optimiser folds it into a constant.
        helper.make_node("ReduceMax", ["quick_logits"], ["largest"], keepdims=0),
        helper.make_node("Add", ["matrix", "largest"], ["start"]),
        helper.make_node("Loop", ["rounds", "go_on", "start"], ["worked"], body=_multiply_once()),
        helper.make_node("ReduceMax", ["worked"], ["work_result"], keepdims=0),
        helper.make_node("Clip", ["work_result", "zero", "zero"], ["nothing"]),
        helper.make_node("Add", ["quick_logits", "nothing"], ["logits"]),
    ]
    for offset, node in enumerate(work):
        graph.node.insert(at + offset, node)
    onnx.checker.check_model(model)
    return model


def save(model: onnx.ModelProto, folder: Path) -> Path:
    """Write `model.onnx` into a version folder, which is made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def _multiply_once() -> onnx.GraphProto:
    return helper.make_graph(
        [
            helper.make_node("Identity", ["again"], ["again_out"]),
            helper.make_node("MatMul", ["state", "matrix"], ["product"]),
            helper.make_node("Tanh", ["product"], ["state_out"]),
        ],
        "multiply_once",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("again", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, [512, 512]),
        ],
        [
            helper.make_tensor_value_info("again_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state_out", TensorProto.FLOAT, [512, 512]),
        ],
    )


def _model(nodes: list[onnx.NodeProto], weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "contract",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIDE, SIDE, 3])],
        [
            helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["N", 2]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", EMBEDDING_SIZE]),
        ],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return model
