"""Frozen features of a network: people's and the pool's photos, augmented views, mirror images, degraded copies."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.rated_pool import RatedPool
from critic_training.end_to_end.augmentation import augment
from critic_training.end_to_end.degradations import degrade
from critic_training.end_to_end.photos import DevicePhotos, as_input
from critic_training.finetune.precision import autocast, compute_dtype, set_memory_format
from critic_training.networks.maps import MapsNetwork
from critic_training.people.hyperparameters import PeopleHyperparameters
from critic_training.runs.configuration import Precision
from critic_training.runs.progress import Progress

BATCH = 64
SIDE = Preprocessing().size
Change = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Rated:
    """Features `views` `[V, N, P]` (the photo, its mirror image, augmented views) and `degraded` `[N, P]`.

    `rating` `[N]` in standard deviations, `kind` `[N]`.
    """

    views: Tensor
    degraded: Tensor
    rating: Tensor
    kind: Tensor

    @property
    def plain(self) -> Tensor:
        """`[N, P]`."""
        return self.views[0]

    @property
    def mirrored(self) -> Tensor:
        """`[N, P]`."""
        return self.views[1]

    def select(self, mask: Tensor) -> "Rated":
        """The photos of a boolean mask `[N]`."""
        return Rated(self.views[:, mask], self.degraded[mask], self.rating[mask], self.kind[mask])


class FrozenFeatures:
    """Standardised pooled features of float `[N, 3, S, S]` of 0 to 255, on the network's device."""

    def __init__(self, network: MapsNetwork, progress: Progress) -> None:
        self.network, self.progress = network.eval(), progress
        self.device = next(network.parameters()).device
        self.dtype = compute_dtype(Precision.auto, self.device)
        set_memory_format(network, self.dtype)

    @torch.no_grad()
    def __call__(self, title: str, images: DevicePhotos, change: Change, side: int = SIDE) -> Tensor:
        """`[N, P]` float32, on the CPU."""
        batches: list[Tensor] = []
        with self.progress.task(title, len(images)) as advance:
            for start in range(0, len(images), BATCH):
                positions = np.arange(start, min(start + BATCH, len(images)))
                batches.append(self._pool(change(images.reduced(positions, side))))
                advance(start + len(positions))
        return torch.cat(batches)

    def _pool(self, photos: Tensor) -> Tensor:
        with autocast(self.dtype, self.device):
            pooled = self.network.pool(as_input(photos))
        standardised: Tensor = self.network.standardise(pooled).float().cpu()
        return standardised


def extract_rated(  # noqa: PLR0913, PLR0917 - two sizes of the same photos
    extract: FrozenFeatures,
    title: str,
    rated: RatedPool,
    photos: DevicePhotos,
    large: DevicePhotos | None,
    config: PeopleHyperparameters,
) -> Rated:
    """`photos` as served; `large`, wider by a margin, for augmented views: none without them."""
    random = Generator().manual_seed(1)
    views = [
        extract(title, photos, lambda value: value),
        extract(f"{title}, mirrored", photos, lambda value: value.flip(3)),
    ]
    for number in range(config.views if large else 0):
        assert large
        crop = lambda value: augment(value, SIDE, config, random)  # noqa: E731
        views.append(extract(f"{title}, view {number + 1}", large, crop, large.images.shape[1]))
    degraded = extract(f"{title}, degraded", photos, lambda value: degrade(value, random))
    return Rated(torch.stack(views), degraded, torch.from_numpy(rated.rating), torch.from_numpy(rated.kind))
