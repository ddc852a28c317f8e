"""Photos as they might have been taken as well: mirrored, cropped a little, a little brighter. uint8 in, uint8 out."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from critic_training.runs.configuration import Configuration

GREY = (0.299, 0.587, 0.114)
"""Luma of ITU-R BT.601."""


@dataclass(frozen=True)
class Augmentation:
    """One draw: `mirrored`; window `(left, top, width, height)` in shares of the side; factors around 1."""

    mirrored: bool
    window: tuple[float, float, float, float]
    brightness: float
    contrast: float
    saturation: float


def draw_augmentation(knobs: Configuration, random: np.random.Generator) -> Augmentation:
    """The same number of draws whatever the knobs, so that turning one leaves the others' chance alone."""
    flip, share, stretch, left, top, *colour = random.random(8)
    side, shape = 1 - knobs.crop * share, 1 + knobs.stretch * (2 * stretch - 1)
    width, height = min(1.0, side * shape**0.5), min(1.0, side / shape**0.5)
    factors = (1 + knobs.colour * (2 * value - 1) for value in colour)
    return Augmentation(knobs.mirror and flip < 0.5, (left * (1 - width), top * (1 - height), width, height), *factors)


def augment(image: Tensor, changes: list[Augmentation]) -> Tensor:
    """uint8 `[N, S, S, 3]` → uint8 `[N, S, S, 3]`, one change a photo."""
    value = image.permute(0, 3, 1, 2).float()
    grid = _grid(changes, value.shape)
    value = torch.nn.functional.grid_sample(value, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return _coloured(value, changes).permute(0, 2, 3, 1).contiguous()


def _grid(changes: list[Augmentation], shape: torch.Size) -> Tensor:
    # Where each pixel comes from, [N, S, S, 2] in −1 to 1.
    rows = []
    for change in changes:
        left, top, width, height = change.window
        sign = -1 if change.mirrored else 1
        rows.append([[sign * width, 0, 2 * left + width - 1], [0, height, 2 * top + height - 1]])
    return torch.nn.functional.affine_grid(torch.tensor(rows, dtype=torch.float32), list(shape), align_corners=False)


def _coloured(value: Tensor, changes: list[Augmentation]) -> Tensor:
    brightness, contrast, saturation = (
        torch.tensor([getattr(change, name) for change in changes], dtype=torch.float32).view(-1, 1, 1, 1)
        for name in ("brightness", "contrast", "saturation")
    )
    value = value * brightness
    mean = value.mean((1, 2, 3), keepdim=True)
    value = mean + (value - mean) * contrast
    grey = (value * value.new_tensor(GREY).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return (grey + (value - grey) * saturation).round_().clamp_(0, 255).to(torch.uint8)
