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
from critic_training.head.efficientnet_backbone import EfficientNetBackbone
from critic_training.networks.efficientnet_lite_maps import EfficientNetLite0Maps, statistics, tap_blocks
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


def test_efficientnets_hidden_layer_is_the_head(photos: Inputs, random: np.random.Generator) -> None:
    check_attached(EfficientNetBackbone(embedding_size=8), photos, random)


def test_the_last_map_of_each_of_five_resolutions_is_read(photos: Inputs) -> None:
    network = EfficientNetLite0Maps()
    sizes = [maps.shape[1:3] for maps in network._tapped_maps(torch.from_numpy(photos[:1]))]
    assert sizes == [(16, 112), (24, 56), (40, 28), (112, 14), (320, 7)]
    assert tap_blocks(network.backbone)[-1] == len(network.backbone._blocks) - 1


def test_statistics_are_average_maximum_and_deviation() -> None:
    maps = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    flat = maps.flatten(2)
    expected = torch.cat([flat.mean(2), flat.amax(2), flat.std(2, correction=0)], dim=1)
    torch.testing.assert_close(statistics(maps), expected, atol=1e-4, rtol=1e-4)
