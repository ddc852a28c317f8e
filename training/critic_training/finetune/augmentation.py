"""Augmentation: mirror, crop, aspect ratio, brightness, contrast, saturation. uint8 in, uint8 out."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from critic_training.runs.configuration import Configuration

GREY = (0.299, 0.587, 0.114)
"""Luma of ITU-R BT.601."""


@dataclass(frozen=True)
class Augmentation:
    """`window`: `(left, top, width, height)` as fractions of the side; factors around 1."""

    mirrored: bool
    window: tuple[float, float, float, float]
    brightness: float
    contrast: float
    saturation: float


def draw_augmentation(config: Configuration, random: np.random.Generator) -> Augmentation:
    """A constant number of random draws: a change of one hyperparameter leaves the draws of the rest as they are."""
    flip, share, stretch, left, top, *colour = random.random(8)
    side, shape = 1 - config.crop * share, 1 + config.stretch * (2 * stretch - 1)
    width, height = min(1.0, side * shape**0.5), min(1.0, side / shape**0.5)
    factors = (1 + config.colour * (2 * value - 1) for value in colour)
    return Augmentation(config.mirror and flip < 0.5, (left * (1 - width), top * (1 - height), width, height), *factors)


def augment(image: Tensor, augmentations: list[Augmentation]) -> Tensor:
    """uint8 `[N, S, S, 3]` → uint8 `[N, S, S, 3]`, one augmentation a photo."""
    value = image.permute(0, 3, 1, 2).float()
    grid = _sampling_grid(augmentations, value.shape)
    value = torch.nn.functional.grid_sample(value, grid, mode="bilinear", padding_mode="border", align_corners=False)
    coloured = change_colours(value, _colours(augmentations)).round_().clamp_(0, 255).to(torch.uint8)
    return coloured.permute(0, 2, 3, 1).contiguous()


def _sampling_grid(augmentations: list[Augmentation], shape: torch.Size) -> Tensor:
    # Source coordinates of each pixel, [N, S, S, 2] in −1 to 1.
    rows = []
    for augmentation in augmentations:
        left, top, width, height = augmentation.window
        sign = -1 if augmentation.mirrored else 1
        rows.append([[sign * width, 0, 2 * left + width - 1], [0, height, 2 * top + height - 1]])
    return torch.nn.functional.affine_grid(torch.tensor(rows, dtype=torch.float32), list(shape), align_corners=False)


def change_colours(value: Tensor, factors: Tensor) -> Tensor:
    """Brightness, contrast and saturation by `factors` `[3, N]`, unclipped: float `[N, 3, H, W]`."""
    brightness, contrast, saturation = factors.view(3, -1, 1, 1, 1)
    value = value * brightness
    mean = value.mean((1, 2, 3), keepdim=True)
    value = mean + (value - mean) * contrast
    grey = (value * value.new_tensor(GREY).view(1, 3, 1, 1)).sum(1, keepdim=True)
    coloured: Tensor = grey + (value - grey) * saturation
    return coloured


def _colours(augmentations: list[Augmentation]) -> Tensor:
    factors = [[a.brightness, a.contrast, a.saturation] for a in augmentations]
    return torch.tensor(factors, dtype=torch.float32).T
