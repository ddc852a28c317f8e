"""A head that a network has taken says what it said before, and nothing else of the network has changed."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.unit.training.head.conftest import scale_and_head

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Inputs
from critic_training.export.alexnet import array, channel_blocks
from critic_training.head.alexnet_backbone import AlexNetFront
from critic_training.head.backbone import Front
from critic_training.head.efficientnet_backbone import EfficientNetFront
from critic_training.networks.efficientnet_lite_maps import EfficientNetLite0Maps, statistics, taps
from critic_training.networks.network import score

PHOTOS = Path(__file__).parents[4] / "tests" / "data"


@pytest.fixture
def photos() -> Inputs:
    files = [PHOTOS / name for name in ("rocket.jpg", "cat.png", "formats/jpeg.jpg")]
    return np.stack([prepare(file.read_bytes(), Preprocessing()) for file in files])


def check_taken(front: Front, photos: Inputs, random: np.random.Generator) -> None:
    image = torch.from_numpy(photos)
    features = front.features(image).numpy()
    scale, head = scale_and_head(random, features.shape[1], front.units)
    wanted = head.rating(scale(features))
    front.take(scale, head)
    with torch.inference_mode():
        told = score(front.network(image).logits).numpy()
    np.testing.assert_allclose(told, wanted, atol=2e-3)
    assert wanted.std() > 0.01
    np.testing.assert_allclose(front.features(image).numpy(), features, atol=1e-5)


def test_alexnets_dense_layers_are_the_head(photos: Inputs, random: np.random.Generator, weights: Path) -> None:
    front = AlexNetFront(weights, photos, embedding_size=8)
    check_taken(front, photos, random)
    blocks = channel_blocks(array(front.network.classifier[1].weight))
    assert blocks is not None
    assert blocks.shape == (4096, 1, 6, 6)


def test_efficientnets_hidden_layer_is_the_head(photos: Inputs, random: np.random.Generator) -> None:
    check_taken(EfficientNetFront(embedding_size=8), photos, random)


def test_the_last_map_of_each_of_five_resolutions_is_read(photos: Inputs) -> None:
    network = EfficientNetLite0Maps()
    sizes = [maps.shape[1:3] for maps in network._maps(torch.from_numpy(photos[:1]))]
    assert sizes == [(16, 112), (24, 56), (40, 28), (112, 14), (320, 7)]
    assert taps(network.backbone)[-1] == len(network.backbone._blocks) - 1


def test_statistics_are_average_maximum_and_deviation() -> None:
    maps = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    flat = maps.flatten(2)
    wanted = torch.cat([flat.mean(2), flat.amax(2), flat.std(2, correction=0)], dim=1)
    torch.testing.assert_close(statistics(maps), wanted, atol=1e-4, rtol=1e-4)
