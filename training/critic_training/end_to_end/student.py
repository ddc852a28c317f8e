"""A network with an auxiliary output: what a photo is of."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from critic_training.data.photo_sets import Positions
from critic_training.data.rated_pool import KINDS
from critic_training.end_to_end.photos import DevicePhotos, as_input
from critic_training.networks.maps import MapsNetwork
from critic_training.networks.network import score

SAMPLE = 1024
"""Photos that pooled features are standardised over."""
BATCH = 128


class PoolOutput(NamedTuple):
    """`rating` `[N]`, in standard deviations; `kind` `[N, 10]`: logits."""

    rating: Tensor
    kind: Tensor


class PoolStudent(nn.Module):
    """The auxiliary output is not part of the checkpoint."""

    def __init__(self, network: MapsNetwork) -> None:
        super().__init__()
        self.network = network
        self.kind = nn.Linear(network.hidden_size, len(KINDS))

    def forward(self, photos: Tensor) -> PoolOutput:
        """Float `[N, 3, S, S]` of 0 to 255."""
        hidden = self.network.extract_features(as_input(photos)).hidden
        return PoolOutput(score(self.network.last_layer(hidden)), self.kind(hidden).float())

    def is_new(self, name: str) -> bool:
        """Whether a parameter was not pretrained on ImageNet."""
        return name.startswith("kind.") or name.removeprefix("network.") in self.network.new_parameters

    def start_training(self) -> None:
        """Dropout on; statistics of batch norm stay."""
        self.train()
        for module in self.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.eval()


@torch.no_grad()
def standardise(network: MapsNetwork, photos: DevicePhotos, side: int) -> None:
    """Sets mean and variance of the pooled features, from about a thousand photos."""
    network.eval()
    sample = torch.arange(0, len(photos), max(1, len(photos) // SAMPLE))
    pooled = [network.pool(as_input(photos.reduced(few.numpy(), side))) for few in torch.split(sample, BATCH)]
    features = torch.cat(pooled).float()
    statistics = {"running_mean": features.mean(0), "running_var": features.var(0) + 1e-6}
    network.standardise.load_state_dict(statistics, strict=False)


@torch.inference_mode()
def rate(student: PoolStudent, photos: DevicePhotos, positions: Positions, side: int) -> Tensor:
    """Ratings `[M]`, on the CPU."""
    student.eval()
    batches = (positions[start : start + BATCH] for start in range(0, len(positions), BATCH))
    return torch.cat([student(photos.reduced(batch, side)).rating.cpu() for batch in batches])
