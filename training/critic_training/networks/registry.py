"""Networks by name. To add a network: a file like `alexnet.py`, and a line here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from critic_training.networks import alexnet, efficientnet_lite, efficientnet_lite2_maps
from critic_training.networks.alexnet import AlexNet
from critic_training.networks.alexnet_maps import AlexNetMaps
from critic_training.networks.efficientnet_lite import EfficientNetLite0
from critic_training.networks.efficientnet_lite2_maps import EfficientNetLite2Maps
from critic_training.networks.network import EMBEDDING_SIZE, Network

CHECKPOINT = ".pt"


@dataclass(frozen=True)
class NetworkFactory:
    """`create(embedding_size)` initialises weights at random; `imagenet(path)` reads pretrained weights."""

    create: Callable[[int], Network]
    imagenet: Callable[[Path | None], dict[str, Tensor]]


NETWORKS = {
    AlexNet.architecture: NetworkFactory(AlexNet, alexnet.imagenet),
    AlexNetMaps.architecture: NetworkFactory(AlexNetMaps, alexnet.imagenet),
    EfficientNetLite0.architecture: NetworkFactory(EfficientNetLite0, efficientnet_lite.imagenet),
    EfficientNetLite2Maps.architecture: NetworkFactory(EfficientNetLite2Maps, efficientnet_lite2_maps.imagenet),
}


def create(arch: str, embedding_size: int = EMBEDDING_SIZE) -> Network:
    """A network with random weights from torch's generator. Raises ValueError for an unknown name."""
    return _factory(arch).create(embedding_size)


def pretrained(arch: str, weights: Path | None, embedding_size: int = EMBEDDING_SIZE) -> Network:
    """ImageNet's weights, or those of a training run's `checkpoint.pt`; the last layer is always new."""
    network = create(arch, embedding_size)
    is_run = weights is not None and weights.suffix == CHECKPOINT
    state = _run_weights(weights, network) if weights and is_run else _factory(arch).imagenet(weights)
    network.load_matching(state)
    return network


def _run_weights(checkpoint: Path, network: Network) -> dict[str, Tensor]:
    state: dict[str, Tensor] = torch.load(checkpoint, map_location="cpu", weights_only=True)["network"]
    last_layer = {id(parameter) for parameter in network.last_layer.parameters()}
    skipped = {name for name, parameter in network.named_parameters() if id(parameter) in last_layer}
    return {name: value for name, value in state.items() if name not in skipped}


def _factory(arch: str) -> NetworkFactory:
    if arch not in NETWORKS:
        raise ValueError(f"unknown network {arch!r}; known: {', '.join(NETWORKS)}")
    return NETWORKS[arch]
