"""Networks rated by their maps: which maps, their statistics, and batch norm in the convolutions."""

from typing import Any

import pytest
import torch

from critic_training.networks.efficientnet_lite import normalise
from critic_training.networks.efficientnet_lite2_maps import EfficientNetLite2Maps, tap_blocks
from critic_training.networks.maps import MapsNetwork, grid, statistics
from critic_training.networks.registry import create, pretrained


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randint(256, (2, 224, 224, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


@pytest.mark.parametrize(
    ("arch", "sizes"),
    [
        ("alexnet-maps", [(64, 55), (192, 27), (384, 13), (256, 13), (256, 6)]),
        ("efficientnet-lite2-maps", [(16, 112), (24, 56), (48, 28), (120, 14), (352, 7)]),
    ],
)
def test_the_last_map_of_each_resolution_is_read(arch: str, sizes: list[tuple[int, int]], images: torch.Tensor) -> None:
    network = create(arch)
    assert isinstance(network, MapsNetwork)
    with torch.inference_mode():
        assert [maps.shape[1:3] for maps in network.tapped_maps(images)] == sizes
        assert network.pool(images).shape == (2, network.pooled_size)


def test_statistics_are_average_maximum_and_deviation() -> None:
    maps = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    flat = maps.flatten(2)
    expected = torch.cat([flat.mean(2), flat.amax(2), flat.std(2, correction=0)], dim=1)
    torch.testing.assert_close(statistics(maps), expected, atol=1e-4, rtol=1e-4)


def test_the_grid_tells_where_a_map_is_active() -> None:
    maps = torch.zeros(1, 1, 6, 6)
    maps[0, 0, :2, 4:] = 1
    assert grid(maps).tolist() == [[0, 0, 1, 0, 0, 0, 0, 0, 0]]


def test_folded_convolutions_compute_the_maps_of_the_published_blocks(images: torch.Tensor) -> None:
    network = pretrained("efficientnet-lite2-maps", None).train()
    assert isinstance(network, EfficientNetLite2Maps)
    published: Any = network.backbone.eval()
    with torch.inference_mode():
        maps = network.tapped_maps(images)  # in training as in evaluation
        value = torch.nn.functional.relu6(published._bn0(published._conv_stem(normalise(images))))
        for number, block in enumerate(published._blocks):
            value = block(value)
            if number in tap_blocks(published):
                torch.testing.assert_close(maps.pop(0), value, atol=1e-3, rtol=1e-3)
    assert not maps
    assert value.std() > 0.1
