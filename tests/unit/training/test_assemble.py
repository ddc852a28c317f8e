"""The compact parts, AlexNet's dense layers and the exported graph are one function."""

import numpy as np
import pytest
import torch

from critic_training.alexnet import AlexNet
from critic_training.assemble import Compact, dense
from critic_training.calibrate import Platt
from critic_training.distil import Head
from critic_training.embedding import Projection
from critic_training.export.graph import Storage
from critic_training.graph import build
from critic_training.networks.alexnet import normalise
from critic_training.pooling import Pooling
from critic_training.runtime import ask, session
from critic_training.teacher import Standard


@pytest.fixture
def convolutions() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {k: v for k, v in AlexNet().state_dict().items() if k.startswith("features.")}


@pytest.fixture
def images(random: np.random.Generator) -> np.ndarray:
    return random.integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)


def test_dense_layers_tell_the_calibrated_rating_of_the_learnt_parts(
    parts: Compact, pooling: Pooling, scale: Standard, head: Head, platt: Platt, random: np.random.Generator
) -> None:
    maps = np.abs(random.standard_normal((5, 256, 36))).astype(np.float32)
    wanted = platt.probability(head.rating(scale(pooling.pooled(maps))))
    classifier = dense(parts, AlexNet().state_dict()).classifier
    with torch.inference_mode():
        told = classifier(torch.from_numpy(maps).flatten(1)).softmax(1)[:, 1].numpy()
    np.testing.assert_allclose(told, wanted, atol=1e-4)
    assert wanted.std() > 0.01


@pytest.mark.parametrize(("storage", "tolerance"), [("float32", 1e-4), ("float16", 5e-3), ("int8", 5e-2)])
def test_exported_graph_answers_as_the_dense_network(
    parts: Compact, convolutions: dict[str, torch.Tensor], images: np.ndarray, storage: str, tolerance: float
) -> None:
    model = build({k: v.numpy() for k, v in convolutions.items()}, parts, Storage(storage))
    told, _ = ask(session(model.SerializeToString()), images)
    with torch.inference_mode():
        wanted = dense(parts, convolutions)(torch.from_numpy(images)).softmax(1)[:, 1].numpy()
    np.testing.assert_allclose(told, wanted, atol=tolerance)


def test_embedding_has_length_one_and_the_projections_direction(
    parts: Compact,
    convolutions: dict[str, torch.Tensor],
    images: np.ndarray,
    pooling: Pooling,
    scale: Standard,
    projection: Projection,
) -> None:
    model = build({k: v.numpy() for k, v in convolutions.items()}, parts, Storage.float32)
    _, told = ask(session(model.SerializeToString()), images)
    network = dense(parts, convolutions)
    with torch.inference_mode():
        maps = network.features(normalise(torch.from_numpy(images))).flatten(2).numpy()
    np.testing.assert_allclose(told, projection(scale(pooling.pooled(maps))), atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(told, axis=1), 1, atol=1e-5)
