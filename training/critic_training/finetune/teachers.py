"""Teachers: networks with targets (features and logits) for the student, and networks with ratings.

Targets of uint8 `[N, 224, 224, 3]` are `[N, T]`, standardised over sample photos, optionally reduced to principal
components; ratings are `[N]`, standardised over the training photos.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from critic_training.data.photo_cache import Photos
from critic_training.data.photo_sets import Positions
from critic_training.networks import efficientnet_lite
from critic_training.networks.network import Network, score
from critic_training.networks.registry import NETWORKS, pretrained
from critic_training.runs.checkpoint import load_network


class ImageNetTeacher(nn.Module):
    """The published EfficientNet-Lite0: its 1,000 logits and their 1,280 input features."""

    def __init__(self) -> None:
        super().__init__()
        self.network = pretrained("efficientnet-lite0", None).eval()
        state = efficientnet_lite.published()
        self.logits = nn.Linear(1280, 1000)
        self.logits.load_state_dict({"weight": state["_fc.weight"], "bias": state["_fc.bias"]})

    def forward(self, image: Tensor) -> Tensor:
        """`[N, 2280]`."""
        features = self.network.extract_features(image).hidden
        return torch.cat([self.logits(features), features], dim=1)


class FeatureTeacher(nn.Module):
    """The inputs of a network's last layer and of its embedding."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network.eval()

    def forward(self, image: Tensor) -> Tensor:
        """`[N, F + P]`."""
        return torch.cat(list(self.network.extract_features(image)), dim=1)


class TargetEnsemble(nn.Module):
    """Concatenated targets of several teachers, reduced and scaled: `(x − mean) · weight`."""

    def __init__(self, teachers: list[nn.Module], mean: Tensor, weight: Tensor) -> None:
        super().__init__()
        self.teachers = nn.ModuleList(teachers).eval().requires_grad_(False)
        self.mean = nn.Buffer(mean)
        self.weight = nn.Buffer(weight)

    def forward(self, image: Tensor) -> Tensor:
        """`[N, T]` in float32."""
        targets = torch.cat([teacher(image) for teacher in self.teachers], dim=1).float()
        with torch.autocast(image.device.type, enabled=False):
            return (targets - self.mean) @ self.weight


class RatingEnsemble(nn.Module):
    """The mean of several networks' standardised ratings."""

    def __init__(self, networks: list[Network], mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks).eval().requires_grad_(False)
        self.mean = nn.Buffer(mean)
        self.deviation = nn.Buffer(deviation)

    def forward(self, image: Tensor) -> Tensor:
        """`[N]` in float32."""
        ratings = torch.stack([score(network(image).logits) for network in self.networks], dim=1)
        return ((ratings - self.mean) / self.deviation).mean(1)


def open_teacher(name: str) -> nn.Module:
    """`imagenet` (EfficientNet-Lite0 with its logits) or the path of a checkpoint. Raises ValueError otherwise."""
    if name == "imagenet":
        return ImageNetTeacher()
    if Path(name).is_file():
        return FeatureTeacher(load_network(Path(name))[0])
    raise ValueError(f"a teacher is 'imagenet' or a checkpoint, not {name!r} (networks: {', '.join(NETWORKS)})")


def fit_targets(
    teachers: list[nn.Module], photos: Photos, numbers: Positions, components: int | None = None
) -> TargetEnsemble:
    """Standardise over the photos with these numbers, and reduce to so many principal components.

    Components have their relative sizes and a mean square of 1: weak components, mostly noise, have little weight.
    """
    targets = torch.cat([_predict(teacher, photos, numbers) for teacher in teachers], dim=1)
    mean, deviation = targets.mean(0), targets.std(0).clamp(min=1e-6)
    weight = torch.diag(1 / deviation)
    if components is not None:
        scaled = (targets - mean) / deviation
        vectors = torch.linalg.svd(scaled, full_matrices=False).Vh[:components].T
        weight = vectors / deviation[:, None] / (scaled @ vectors).std()
    return TargetEnsemble(teachers, mean, weight)


def fit_raters(networks: list[Network], photos: Photos, numbers: Positions) -> RatingEnsemble:
    """Standardise over the training photos with these numbers."""
    ratings = torch.stack([_predict(_Rating(network), photos, numbers) for network in networks], dim=1)
    return RatingEnsemble(networks, ratings.mean(0), ratings.std(0).clamp(min=1e-6))


class _Rating(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        return score(self.network(image).logits)


@torch.inference_mode()
def _predict(teacher: nn.Module, photos: Photos, numbers: Positions) -> Tensor:
    teacher.eval()
    batches = [numbers[at : at + 64] for at in range(0, len(numbers), 64)]
    images = (torch.from_numpy(np.stack([photos[int(number)] for number in batch])) for batch in batches)
    return torch.cat([teacher(image).float() for image in images]).clone()
