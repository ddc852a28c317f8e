"""Features whose first component is what people like; the second, the strength of degradation."""

from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import Generator, Tensor
from torch.nn import functional

from critic_training.networks.maps import MapsNetwork, pooled_size
from critic_training.people.features import Rated

PHOTOS = 80


class SmallNetwork(MapsNetwork):
    """The layers that are fitted, for fewer features: AlexNet's 5,760 take far longer."""

    architecture: ClassVar[str] = "small"
    pooled_size: ClassVar[int] = pooled_size((3,))

    def tapped_maps(self, image: Tensor) -> list[Tensor]:
        return [functional.avg_pool2d(image.permute(0, 3, 1, 2) / 255, 16)]


@pytest.fixture(scope="session")
def network() -> MapsNetwork:
    torch.manual_seed(0)
    return SmallNetwork(embedding_size=8)


def rated_photos(network: MapsNetwork, count: int, seed: int) -> Rated:
    random = Generator().manual_seed(seed)

    def noise() -> Tensor:
        return 0.05 * torch.randn(count, network.pooled_size, generator=random)

    plain = noise()
    plain[:, 0] = torch.linspace(-1.7, 1.7, count)[torch.randperm(count, generator=random)]
    degraded = plain + noise()
    degraded[:, 1] += 3
    return Rated(torch.stack([plain, plain + noise()]), degraded, plain[:, 0].clone(), torch.arange(count) % 2)


@pytest.fixture
def people(network: MapsNetwork) -> Rated:
    return rated_photos(network, PHOTOS, seed=1)


@pytest.fixture
def pool(network: MapsNetwork) -> Rated:
    return rated_photos(network, 40, seed=2)


@pytest.fixture
def fold() -> np.typing.NDArray[np.int64]:
    return np.arange(PHOTOS) % 4
