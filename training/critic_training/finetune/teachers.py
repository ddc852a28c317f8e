"""Who teaches: networks whose features and logits the student learns to tell, and networks that rate.

A teacher of targets answers uint8 `[N, 224, 224, 3]` with `[N, T]`, standardised over sample photos, perhaps reduced to
principal components; a teacher of ratings with `[N]`, standardised over the training photos.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from critic_training.data.photo_cache import Photos
from critic_training.networks import efficientnet_lite
from critic_training.networks.network import Network, score
from critic_training.networks.registry import KINDS, pretrained
from critic_training.runs.checkpoint import load_network

Numbers = npt.NDArray[np.int64]


class ImageNetTeacher(nn.Module):
    """EfficientNet-Lite0 as published: its 1,000 logits and the 1,280 features they are made of."""

    def __init__(self) -> None:
        super().__init__()
        self.network = pretrained("efficientnet-lite0", None).eval()
        state = efficientnet_lite.published()
        self.logits = nn.Linear(1280, 1000)
        self.logits.load_state_dict({"weight": state["_fc.weight"], "bias": state["_fc.bias"]})

    def forward(self, image: Tensor) -> Tensor:
        """`[N, 2280]`."""
        features = self.network.see(image).hidden
        return torch.cat([self.logits(features), features], dim=1)


class Hidden(nn.Module):
    """What a network's last layer reads, and what its embedding is made of."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network.eval()

    def forward(self, image: Tensor) -> Tensor:
        """`[N, F + P]`."""
        return torch.cat(list(self.network.see(image)), dim=1)


class Targets(nn.Module):
    """Several teachers' answers side by side, reduced and scaled: `(x − mean) · weight`."""

    def __init__(self, teachers: list[nn.Module], mean: Tensor, weight: Tensor) -> None:
        super().__init__()
        self.teachers = nn.ModuleList(teachers).eval().requires_grad_(False)
        self.mean = nn.Buffer(mean)
        self.weight = nn.Buffer(weight)

    def forward(self, image: Tensor) -> Tensor:
        """`[N, T]` in float32."""
        told = torch.cat([teacher(image) for teacher in self.teachers], dim=1).float()
        with torch.autocast(image.device.type, enabled=False):
            return (told - self.mean) @ self.weight


class Raters(nn.Module):
    """The mean of several networks' ratings, each standardised."""

    def __init__(self, networks: list[Network], mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks).eval().requires_grad_(False)
        self.mean = nn.Buffer(mean)
        self.deviation = nn.Buffer(deviation)

    def forward(self, image: Tensor) -> Tensor:
        """`[N]` in float32."""
        told = torch.stack([score(network(image).logits) for network in self.networks], dim=1)
        return ((told - self.mean) / self.deviation).mean(1)


def named(name: str) -> nn.Module:
    """Either imagenet (EfficientNet-Lite0 with its logits) or the path of a checkpoint; ValueError for others."""
    if name == "imagenet":
        return ImageNetTeacher()
    if Path(name).is_file():
        return Hidden(load_network(Path(name))[0])
    raise ValueError(f"a teacher is 'imagenet' or a checkpoint, not {name!r} (networks: {', '.join(KINDS)})")


def fit_targets(teachers: list[nn.Module], photos: Photos, numbers: Numbers, size: int | None = None) -> Targets:
    """Standardise over the photos with these numbers; with `size` keep that many principal components.

    Components keep their relative sizes and have a mean square of 1: weak ones, mostly noise, then weigh little.
    """
    told = torch.cat([_asked(teacher, photos, numbers) for teacher in teachers], dim=1)
    mean, deviation = told.mean(0), told.std(0).clamp(min=1e-6)
    weight = torch.diag(1 / deviation)
    if size is not None:
        scaled = (told - mean) / deviation
        vectors = torch.linalg.svd(scaled, full_matrices=False).Vh[:size].T
        weight = vectors / deviation[:, None] / (scaled @ vectors).std()
    return Targets(teachers, mean, weight)


def fit_raters(networks: list[Network], photos: Photos, numbers: Numbers) -> Raters:
    """Standardise over the photos with these numbers: training photos."""
    told = torch.stack([_asked(_Rating(network), photos, numbers) for network in networks], dim=1)
    return Raters(networks, told.mean(0), told.std(0).clamp(min=1e-6))


class _Rating(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        return score(self.network(image).logits)


@torch.inference_mode()
def _asked(teacher: nn.Module, photos: Photos, numbers: Numbers) -> Tensor:
    teacher.eval()
    batches = [numbers[at : at + 64] for at in range(0, len(numbers), 64)]
    told = [teacher(torch.from_numpy(np.stack([photos[int(n)] for n in batch]))).float() for batch in batches]
    return torch.cat(told).clone()
