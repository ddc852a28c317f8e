"""An attached head gives the ratings of the fitted head, and the rest of the network is unchanged."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.unit.training.head.conftest import scaler_and_head

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Inputs
from critic_training.export.alexnet import array, channel_blocks
from critic_training.head.alexnet_backbone import AlexNetBackbone
from critic_training.head.backbone import Backbone
from critic_training.networks.network import score

PHOTOS = Path(__file__).parents[4] / "tests" / "data"


@pytest.fixture
def photos() -> Inputs:
    files = [PHOTOS / name for name in ("rocket.jpg", "cat.png", "formats/jpeg.jpg")]
    return np.stack([prepare(file.read_bytes(), Preprocessing()) for file in files])


def check_attached(backbone: Backbone, photos: Inputs, random: np.random.Generator) -> None:
    image = torch.from_numpy(photos)
    features = backbone.features(image).numpy()
    scaler, head = scaler_and_head(random, features.shape[1], backbone.units)
    expected = head.rating(scaler(features))
    backbone.attach_head(scaler, head)
    with torch.inference_mode():
        ratings = score(backbone.network(image).logits).numpy()
    np.testing.assert_allclose(ratings, expected, atol=2e-3)
    assert expected.std() > 0.01
    np.testing.assert_allclose(backbone.features(image).numpy(), features, atol=1e-5)


def test_alexnets_dense_layers_are_the_head(photos: Inputs, random: np.random.Generator, weights: Path) -> None:
    backbone = AlexNetBackbone(weights, photos, embedding_size=8)
    check_attached(backbone, photos, random)
    blocks = channel_blocks(array(backbone.network.classifier[1].weight))
    assert blocks is not None
    assert blocks.shape == (4096, 1, 6, 6)
