"""Copies that anyone would find worse, for ranking a photo above its own copy without any rating.

Strengths are drawn so that the damage is plain at 224 pixels: a copy that looks the same teaches nothing.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from critic_training.dataset import Inputs

Random = np.random.Generator


def degrade(photo: Inputs, random: Random) -> Inputs:
    """One of the degradations, by chance, of uint8 `[S, S, 3]`."""
    return DEGRADATIONS[random.integers(len(DEGRADATIONS))](photo, random)


def blur(photo: Inputs, random: Random) -> Inputs:
    """Out of focus: 1.5 to 4 pixels of deviation."""
    return np.array(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(random.uniform(1.5, 4))))


def noise(photo: Inputs, random: Random) -> Inputs:
    """A high sensitivity: deviation 15 to 45 of 255."""
    noisy = photo + random.normal(0, random.uniform(15, 45), photo.shape)
    return noisy.clip(0, 255).astype(np.uint8)


def jpeg(photo: Inputs, random: Random) -> Inputs:
    """Saved at quality 4 to 15."""
    stored = io.BytesIO()
    Image.fromarray(photo).save(stored, "JPEG", quality=int(random.integers(4, 16)))
    return np.array(Image.open(stored))


def exposure(photo: Inputs, random: Random) -> Inputs:
    """1 to 2.2 stops too dark or too bright, clipped as a sensor clips; on linear light (gamma 2.2)."""
    stops = random.uniform(1, 2.2) * random.choice([-1, 1])
    linear = (photo / 255.0) ** 2.2 * 2**stops
    told: Inputs = (linear.clip(0, 1) ** (1 / 2.2) * 255).round().astype(np.uint8)
    return told


def tilt(photo: Inputs, random: Random) -> Inputs:
    """A horizon 5 to 15 degrees off; the middle is kept, so that no corner is empty."""
    angle = random.uniform(5, 15) * random.choice([-1, 1])
    side = len(photo)
    turned = Image.fromarray(photo).rotate(angle, Image.Resampling.BICUBIC)
    radians = np.deg2rad(abs(angle))
    inner = side / (np.cos(radians) + np.sin(radians)) / 2 - 2  # two pixels: filters look beyond the edge
    box = (side / 2 - inner, side / 2 - inner, side / 2 + inner, side / 2 + inner)
    return np.array(turned.resize((side, side), Image.Resampling.BICUBIC, box=box))


def bad_crop(photo: Inputs, random: Random) -> Inputs:
    """A corner of 40 to 60 % of each side: the subject is cut or gone."""
    side = len(photo)
    size = side * random.uniform(0.4, 0.6)
    left, top = random.choice([0, side - size]), random.choice([0, side - size])
    box = (left, top, left + size, top + size)
    return np.array(Image.fromarray(photo).resize((side, side), Image.Resampling.BICUBIC, box=box))


DEGRADATIONS: tuple[Callable[[Inputs, Random], Inputs], ...] = (blur, noise, jpeg, exposure, tilt, bad_crop)
