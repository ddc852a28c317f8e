"""Degradations of `data.degradations` on the device, at the network's resolution. Photos: `[N, 3, S, S]` of 0 to 255.

A batch has some photos of each kind, one strength a kind. Kernels have many sizes: with `cudnn.benchmark`, which tries
all algorithms for each new shape, training would take several times as long.
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional

from critic_training.end_to_end.augmentation import sample_window

GAMMA = 2.2
BLOCK = 8
LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""Quantisation at quality 50: annex K of JPEG's standard."""


def focus_blur(photos: Tensor, deviation: float, _: Generator) -> Tensor:
    """Gaussian blur; `deviation` as a fraction of the side."""
    pixels = deviation * photos.shape[-1]
    radius = max(1, int(3 * pixels + 0.5))
    offsets = torch.arange(-radius, radius + 1, device=photos.device)
    row = torch.exp(-(offsets**2) / (2 * pixels**2))[None]
    return _convolve(_convolve(photos, row / row.sum()), row.T / row.sum())


def motion_blur(photos: Tensor, length: float, random: Generator) -> Tensor:
    """Linear camera motion by `length`, a fraction of the side, in a random direction."""
    pixels, angle = length * photos.shape[-1], math.pi * _uniform(random)
    radius = int(pixels / 2 + 1)
    offsets = torch.linspace(-0.5, 0.5, 4 * radius + 1) * pixels
    down, across = ((radius + offsets * project(angle)).round().long() for project in (math.sin, math.cos))
    kernel = torch.zeros(2 * radius + 1, 2 * radius + 1)
    kernel.index_put_((down, across), torch.ones(len(offsets)), accumulate=True)
    return _convolve(photos, (kernel / kernel.sum()).to(photos.device))


def noise(photos: Tensor, deviation: float, random: Generator) -> Tensor:
    """Gaussian noise; `deviation` of 255."""
    return photos + deviation * torch.randn(photos.shape, generator=random).to(photos.device)


def jpeg(photos: Tensor, quality: float, _: Generator) -> Tensor:
    """JPEG's quantisation, without chroma, at twice the resolution: 448 pixels for a network's 224."""
    side = photos.shape[-1]
    large = functional.interpolate(photos, scale_factor=2, mode="bilinear", align_corners=False) - 128
    basis, steps = _cosines().to(photos.device), quantisation(quality).to(photos.device)
    blocks = large.unfold(2, BLOCK, BLOCK).unfold(3, BLOCK, BLOCK)
    coefficients = torch.round(basis @ blocks @ basis.T / steps) * steps
    decoded = (basis.T @ coefficients @ basis).permute(0, 1, 2, 4, 3, 5).reshape(large.shape) + 128
    return functional.interpolate(decoded, size=(side, side), mode="area")


def exposure(photos: Tensor, stops: float, _: Generator) -> Tensor:
    """Under- (negative) or overexposed by `stops` in linear light."""
    linear = (photos / 255).pow(GAMMA) * 2.0**stops
    exposed: Tensor = linear.clamp(0, 1).pow(1 / GAMMA) * 255
    return exposed


def tilt(photos: Tensor, degrees: float, random: Generator) -> Tensor:
    """A tilted horizon, to either side, without empty corners."""
    angle = _signs(photos, random) * math.radians(degrees)
    share = 0.99 / (math.cos(math.radians(degrees)) + math.sin(math.radians(degrees)))
    cosine, sine, zero = share * torch.cos(angle), share * torch.sin(angle), torch.zeros_like(angle)
    return sample_window(photos, photos.shape[-1], [[cosine, -sine, zero], [sine, cosine, zero]])


def bad_crop(photos: Tensor, lost: float, random: Generator) -> Tensor:
    """A corner of the photo without a fraction `lost` of each side."""
    across, down = lost * _signs(photos, random), lost * _signs(photos, random)
    share, zero = torch.full_like(across, 1 - lost), torch.zeros_like(across)
    return sample_window(photos, photos.shape[-1], [[share, zero, across], [zero, share, down]])


Degradation = Callable[[Tensor, float, Generator], Tensor]

DEGRADATIONS: dict[str, tuple[Degradation, float, float]] = {
    "focus blur": (focus_blur, 0.002, 0.01),
    "motion blur": (motion_blur, 0.01, 0.05),
    "noise": (noise, 4, 35),
    "JPEG": (jpeg, 25, 4),
    "too dark": (exposure, -1, -3),
    "too bright": (exposure, 0.75, 2.25),
    "tilt": (tilt, 3, 14),
    "bad crop": (bad_crop, 0.2, 0.6),
}
"""Name → function, and its amount from mild to strong."""


def degrade(photos: Tensor, random: Generator) -> Tensor:
    """Degraded copies `[N, 3, S, S]`: an eighth of the batch each kind, in random order."""
    kinds = list(DEGRADATIONS.values())
    order = torch.randperm(len(kinds), generator=random).tolist()
    copies = []
    for number, few in zip(order, photos.chunk(len(kinds)), strict=False):  # a small batch has fewer chunks
        function, mild, strong = kinds[number]
        copies.append(function(few, mild + _uniform(random) * (strong - mild), random).clamp(0, 255))
    return torch.cat(copies)


def quantisation(quality: float) -> Tensor:
    """Steps `[8, 8]` of the coefficients, by libjpeg's rule for qualities below 50."""
    return ((torch.tensor(LUMINANCE) * (5000 / quality) + 50) / 100).clamp(1, 255)


def _cosines() -> Tensor:
    """The orthonormal cosine transform `[8, 8]`."""
    number = torch.arange(float(BLOCK))
    basis = torch.cos(math.pi * (2 * number + 1) * number[:, None] / (2 * BLOCK)) / 2
    basis[0] /= math.sqrt(2)
    return basis


def _convolve(photos: Tensor, kernel: Tensor) -> Tensor:
    """Each channel by one kernel `[H, W]` of odd sides; reflected at the borders."""
    rows, columns = (size // 2 for size in kernel.shape)
    padded = functional.pad(photos, (columns, columns, rows, rows), mode="reflect")
    return functional.conv2d(padded, kernel.to(photos.dtype).expand(3, 1, -1, -1), groups=3)


def _uniform(random: Generator) -> float:
    return float(torch.rand((), generator=random))


def _signs(photos: Tensor, random: Generator) -> Tensor:
    return (torch.randint(2, (len(photos),), generator=random) * 2.0 - 1).to(photos.device)
