"""IO binding with ONNX Runtime itself, on its CPU provider: the same calls that CUDA gets."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tests.contract.inference.onnx_models import quick_model, save

from critic_inference.engine.io_binding import BoundSession, uses_io_binding
from critic_inference.engine.onnx import OnnxSession
from critic_inference.settings import Device, InferenceSettings, IoBinding
from critic_inference.tensors import TensorSpec

ROWS = TensorSpec("x", "FP32", (-1, 3))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save(quick_model(), tmp_path_factory.mktemp("quick"))


def session(model, binding):
    return OnnxSession(model, Device.cpu, InferenceSettings(io_binding=binding, inference_threads=1))


def photos(count, seed=0):
    return {"image": np.random.default_rng(seed).integers(0, 256, (count, 224, 224, 3), np.uint8)}


@pytest.mark.parametrize("count", [1, 3])
def test_bound_and_plain_runs_agree(model, count):
    bound, plain = session(model, IoBinding.on), session(model, IoBinding.off)
    assert isinstance(bound._bound, BoundSession)
    assert plain._bound is None
    outputs, expected = bound.run(photos(count)), plain.run(photos(count))
    assert list(outputs) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(outputs[name], values, atol=1e-6)


def test_outputs_outlive_the_next_run(model):
    bound, plain = session(model, IoBinding.on), session(model, IoBinding.off)
    first = bound.run(photos(2))["probability"]
    second = bound.run(photos(2, seed=1))["probability"]
    assert np.abs(first - second).max() > 1e-3
    np.testing.assert_allclose(first, plain.run(photos(2))["probability"], atol=1e-6)


def test_runs_may_overlap(model):
    bound, plain = session(model, IoBinding.on), session(model, IoBinding.off)
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda seed: bound.run(photos(2, seed))["probability"], range(24)))
    for seed, values in enumerate(results):
        np.testing.assert_allclose(values, plain.run(photos(2, seed))["probability"], atol=1e-6)


@pytest.mark.parametrize(
    ("setting", "device", "specs", "expected"),
    [
        (IoBinding.auto, "cpu", (ROWS,), False),
        (IoBinding.auto, "cuda", (ROWS,), True),
        (IoBinding.off, "cuda", (ROWS,), False),
        (IoBinding.on, "cpu", (ROWS,), True),
        (IoBinding.on, "cuda", (ROWS, TensorSpec("y", "FP32", (-1, -1))), False),
        (IoBinding.on, "cuda", (TensorSpec("x", "FP32", (4, 3)),), False),
        (IoBinding.on, "cuda", (TensorSpec("x", "FP32", ()),), False),
    ],
)
def test_io_binding_where_the_batch_size_determines_all_shapes(setting, device, specs, expected):
    assert uses_io_binding(setting, device, specs) is expected
