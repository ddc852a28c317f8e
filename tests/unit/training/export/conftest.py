"""Networks with weights by chance, photographs of the repository, and a calibration that is not the identity."""

from pathlib import Path

import numpy as np
import pytest
import torch

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Inputs
from critic_training.evaluation.calibration import Platt
from critic_training.evaluation.copy_retrieval import alter
from critic_training.networks.network import Network
from critic_training.networks.registry import create, pretrained

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def platt() -> Platt:
    return Platt(slope=1.3, intercept=0.2)


@pytest.fixture(scope="session")
def images() -> Inputs:
    photos = [(ROOT / "tests" / "data" / name).read_bytes() for name in ("rocket.jpg", "formats/jpeg.jpg")]
    changes = [alter(photo, kind) for photo in photos for kind in range(3)]
    return np.stack([prepare(photo, Preprocessing()) for photo in (*photos, *changes)])


def lively(network: Network) -> Network:
    """Last layers whose answers differ from photo to photo, and statistics of batch norm that are not the identity."""
    torch.nn.init.normal_(network.last_layer.weight, std=0.1)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            assert module.running_mean is not None
            assert module.running_var is not None
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
    return network.eval()


@pytest.fixture(scope="session")
def networks() -> dict[str, Network]:
    torch.manual_seed(1)
    random = {arch: lively(create(arch)) for arch in ("alexnet", "alexnet-maps")}
    published = {arch: lively(pretrained(arch, None)) for arch in ("efficientnet-lite0", "efficientnet-lite2-maps")}
    return random | published
