"""PyTorch computes the served networks, in float32 and in float16."""

from pathlib import Path

import numpy as np
import pytest
import torch

from critic_training.bench.onnx_in_torch import OnnxInTorch
from critic_training.evaluation.onnx_model import open_session, predict

SHIPPED = Path(__file__).parents[4] / "services" / "inference" / "model_repository"


@pytest.mark.parametrize("model", ["aesthetics", "aesthetics-alexnet"])
def test_pytorch_computes_the_network_that_is_served(model: str) -> None:
    compare(SHIPPED / model / "1", 1e-4)


def test_pytorch_computes_the_network_that_gpus_serve(float16_models: Path) -> None:
    compare(float16_models / "aesthetics" / "1", 2e-3)


def compare(folder: Path, tolerance: float) -> None:
    images = np.stack([np.load(folder / "golden.npy"), np.zeros((224, 224, 3), np.uint8)])
    with torch.inference_mode():
        probability, embedding = OnnxInTorch(folder / "model.onnx")(torch.from_numpy(images))
    expected, vectors = predict(open_session(folder / "model.onnx"), images)
    assert expected[0] != pytest.approx(expected[1], abs=1e-3)
    np.testing.assert_allclose(probability[:, 1].numpy(), expected, atol=tolerance)
    np.testing.assert_allclose(embedding.numpy(), vectors, atol=tolerance)
