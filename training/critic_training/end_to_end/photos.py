"""Photos on the device: all of them in a GPU's memory, or read from the cache file batch by batch."""

import torch
from torch import Tensor
from torch.nn import functional

from critic_training.data.photo_sets import Inputs, Positions

MARGIN = 32
"""Pixels by which cached photos are wider than the network's input: crops stay sharp."""
COPIED = 512  # photos at a time


class DevicePhotos:
    """uint8 `[N, H, W, 3]`, once on a GPU; `photos(positions)` is float `[M, 3, H, W]` of 0 to 255."""

    def __init__(self, images: Inputs, device: torch.device) -> None:
        self.images, self.device = images, device
        self.resident = _copy(images, device) if device.type == "cuda" else None

    def __len__(self) -> int:
        return len(self.images)

    def __call__(self, positions: Positions) -> Tensor:
        if self.resident is None:
            batch = torch.from_numpy(self.images[positions])
        else:
            batch = self.resident[torch.from_numpy(positions).to(self.device)]
        return batch.permute(0, 3, 1, 2).float()

    def reduced(self, positions: Positions, side: int) -> Tensor:
        """Whole photos at the network's resolution, `[M, 3, S, S]`."""
        return functional.interpolate(self(positions), size=side, mode="area")


def _copy(images: Inputs, device: torch.device) -> Tensor:
    copy = torch.empty(images.shape, dtype=torch.uint8, device=device)
    for start in range(0, len(images), COPIED):
        copy[start : start + COPIED] = torch.from_numpy(images[start : start + COPIED].copy())
    return copy


def as_input(photos: Tensor) -> Tensor:
    """`[N, 3, S, S]` → the networks' `[N, S, S, 3]`."""
    return photos.permute(0, 2, 3, 1)
