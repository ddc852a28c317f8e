"""Augmentation of a whole batch on the device; photos are float `[N, 3, H, W]` of 0 to 255.

Draws come from a generator on the CPU: the same on every device.
"""

from typing import Protocol

import torch
from torch import Generator, Tensor
from torch.nn import functional

from critic_training.finetune.augmentation import change_colours


class AugmentationLimits(Protocol):
    """Largest fraction of a side that is cropped, and largest relative changes of aspect ratio and colours."""

    @property
    def crop(self) -> float: ...
    @property
    def stretch(self) -> float: ...
    @property
    def colour(self) -> float: ...


def augment(photos: Tensor, side: int, limits: AugmentationLimits, random: Generator) -> Tensor:
    """`[N, 3, S, S]`: mirrored or not, a window of the photo, colours slightly changed."""
    flip, share, stretch, across, down, *colours = torch.rand(8, len(photos), generator=random).to(photos.device)
    size, shape = 1 - limits.crop * share, (1 + limits.stretch * (2 * stretch - 1)).sqrt()
    width, height = (size * shape).clamp(max=1), (size / shape).clamp(max=1)
    sign = torch.where(flip < 0.5, -1.0, 1.0)
    zero = torch.zeros_like(width)
    matrix = [[sign * width, zero, (1 - width) * (2 * across - 1)], [zero, height, (1 - height) * (2 * down - 1)]]
    window = sample_window(photos, side, matrix)
    return change_colours(window, 1 + limits.colour * (2 * torch.stack(colours) - 1)).clamp(0, 255)


def sample_window(photos: Tensor, side: int, matrix: list[list[Tensor]]) -> Tensor:
    """`[N, 3, S, S]`. `matrix`, two rows of three `[N]`: output to input coordinates, both −1 to 1."""
    theta = torch.stack([torch.stack(row, dim=1) for row in matrix], dim=1)
    grid = functional.affine_grid(theta, [len(photos), 3, side, side], align_corners=False)
    return functional.grid_sample(photos, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
