"""Networks by name. To add one: a file like `alexnet.py`, and a line here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from critic_training.networks import alexnet, efficientnet_lite
from critic_training.networks.alexnet import AlexNet
from critic_training.networks.efficientnet_lite import EfficientNetLite0
from critic_training.networks.efficientnet_lite_maps import EfficientNetLite0Maps
from critic_training.networks.network import EMBEDDING_SIZE, Network

CHECKPOINT = ".pt"


@dataclass(frozen=True)
class Kind:
    """`create(embedding_size)` draws weights by chance; `imagenet(path)` reads pretrained ones."""

    create: Callable[[int], Network]
    imagenet: Callable[[Path | None], dict[str, Tensor]]


KINDS = {
    AlexNet.architecture: Kind(AlexNet, alexnet.imagenet),
    EfficientNetLite0.architecture: Kind(EfficientNetLite0, efficientnet_lite.imagenet),
    EfficientNetLite0Maps.architecture: Kind(EfficientNetLite0Maps, efficientnet_lite.imagenet),
}


def create(arch: str, embedding_size: int = EMBEDDING_SIZE) -> Network:
    """With weights drawn by chance from torch's generator. Raises ValueError for a name that is not registered."""
    return _kind(arch).create(embedding_size)


def pretrained(arch: str, weights: Path | None, embedding_size: int = EMBEDDING_SIZE) -> Network:
    """With ImageNet's weights, or those of a training run's `checkpoint.pt` (last layer anew, as always)."""
    network = create(arch, embedding_size)
    is_run = weights is not None and weights.suffix == CHECKPOINT
    state = _of_run(weights, network) if weights and is_run else _kind(arch).imagenet(weights)
    network.take(state)
    return network


def _of_run(checkpoint: Path, network: Network) -> dict[str, Tensor]:
    state: dict[str, Tensor] = torch.load(checkpoint, map_location="cpu", weights_only=True)["network"]
    last = {
        name for name, value in network.named_parameters() if any(value is own for own in network.last.parameters())
    }
    return {name: value for name, value in state.items() if name not in last}


def _kind(arch: str) -> Kind:
    if arch not in KINDS:
        raise ValueError(f"no network is called {arch!r}; there are {', '.join(KINDS)}")
    return KINDS[arch]
