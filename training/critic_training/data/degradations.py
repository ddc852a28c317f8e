"""Degradations of a photo at three strengths, independent of its size.

Lengths are fractions of the photo's long side; photos are uint8 `[H, W, 3]`, sRGB.
"""

import io
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Pixels = npt.NDArray[np.uint8]
Random = np.random.Generator
STRENGTHS: Final = ("mild", "moderate", "strong")


def focus_blur(photo: Pixels, deviation: float, _: Random) -> Pixels:
    """Gaussian blur; `deviation` as a fraction of the long side."""
    return np.array(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(deviation * max(photo.shape[:2]))))


def motion_blur(photo: Pixels, length: float, random: Random) -> Pixels:
    """Linear camera motion by `length` (fraction of the long side) in a random direction."""
    steps = max(2, round(length * max(photo.shape[:2])))
    angle = random.uniform(0, np.pi)
    offsets = np.linspace(-0.5, 0.5, steps) * length * max(photo.shape[:2])
    moved = [np.roll(photo, (round(o * np.sin(angle)), round(o * np.cos(angle))), (0, 1)) for o in offsets]
    blurred: Pixels = np.mean(moved, axis=0).round().astype(np.uint8)
    return blurred


def noise(photo: Pixels, deviation: float, random: Random) -> Pixels:
    """Gaussian noise; `deviation` of 255 at 500 pixels of long side, more for larger photos: reduction averages it."""
    scale = max(1.0, max(photo.shape[:2]) / 500)
    noisy: Pixels = (photo + random.normal(0, deviation * scale, photo.shape)).clip(0, 255).round().astype(np.uint8)
    return noisy


def jpeg(photo: Pixels, quality: float, _: Random) -> Pixels:
    """JPEG at 500 pixels of long side and this quality, enlarged again."""
    image = Image.fromarray(photo)
    stored = io.BytesIO()
    scale = min(1.0, 500 / max(image.size))
    image.resize((round(image.width * scale), round(image.height * scale))).save(stored, "JPEG", quality=int(quality))
    return np.array(Image.open(stored).resize(image.size))


def exposure(photo: Pixels, stops: float, _: Random) -> Pixels:
    """Under- (negative) or overexposed by `stops` in linear light (gamma 2.2), clipped like a sensor."""
    linear = (photo / 255.0) ** 2.2 * 2.0**stops
    exposed: Pixels = (linear.clip(0, 1) ** (1 / 2.2) * 255).round().astype(np.uint8)
    return exposed


def tilt(photo: Pixels, degrees: float, random: Random) -> Pixels:
    """A tilted horizon, to either side; the largest central crop of the same proportions without empty corners."""
    image = Image.fromarray(photo)
    turned = image.rotate(degrees * random.choice([-1, 1]), Image.Resampling.BICUBIC)
    width, height = image.size
    radians = np.deg2rad(degrees)
    share = 1 / (np.cos(radians) + max(width / height, height / width) * np.sin(radians))
    left, top = width * (1 - share) / 2 + 1, height * (1 - share) / 2 + 1
    return np.array(turned.crop((round(left), round(top), round(width - left), round(height - top))))


def bad_crop(photo: Pixels, lost: float, random: Random) -> Pixels:
    """A corner of the photo without a fraction `lost` of each side, so that the subject is cut."""
    height, width = photo.shape[:2]
    rows, columns = round(height * (1 - lost)), round(width * (1 - lost))
    top, left = random.choice([0, height - rows]), random.choice([0, width - columns])
    return photo[top : top + rows, left : left + columns]


Degradation = Callable[[Pixels, float, Random], Pixels]

DEGRADATIONS: dict[str, tuple[Degradation, tuple[float, float, float]]] = {
    "focus blur": (focus_blur, (0.002, 0.005, 0.01)),
    "motion blur": (motion_blur, (0.01, 0.025, 0.05)),
    "noise": (noise, (10, 25, 50)),
    "JPEG": (jpeg, (25, 10, 4)),
    "too dark": (exposure, (-1, -2, -3)),
    "too bright": (exposure, (0.75, 1.5, 2.25)),
    "tilt": (tilt, (3, 7, 14)),
    "bad crop": (bad_crop, (0.2, 0.4, 0.6)),
}
"""Name → function and its amount at each of `STRENGTHS`."""


def degrade(photo: Pixels, name: str, strength: str, seed: int) -> Pixels:
    """A degraded copy, the same for the same seed. KeyError for an unknown name, ValueError for an unknown strength."""
    apply, amounts = DEGRADATIONS[name]
    return apply(photo, amounts[STRENGTHS.index(strength)], np.random.default_rng(seed))
