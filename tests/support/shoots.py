"""Many different photos, made from the committed ones: other parts of them, as a camera that moves would see."""

import random
from pathlib import Path

from PIL import Image
from tests.support.photos import DATA, saved


def shoot(count: int, size: tuple[int, int] = (480, 320)) -> list[bytes]:
    """`count` JPEGs, each of another part of a real photo; the same ones at every call."""
    dice = random.Random(count)
    photos = [Image.open(DATA / name).convert("RGB") for name in ("cat.png", "rocket.jpg")]
    return [saved(_part(dice.choice(photos), size, dice), "JPEG", quality=88) for _ in range(count)]


def written(folder: Path, photos: list[bytes]) -> list[Path]:
    """The same as files `0001.jpg`, …"""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:04}.jpg" for number in range(1, len(photos) + 1)]
    for path, photo in zip(paths, photos, strict=True):
        path.write_bytes(photo)
    return paths


def _part(photo: Image.Image, size: tuple[int, int], dice: random.Random) -> Image.Image:
    share = dice.uniform(0.4, 0.9)
    width, height = int(photo.width * share), int(photo.height * share)
    left, top = dice.randint(0, photo.width - width), dice.randint(0, photo.height - height)
    return photo.crop((left, top, left + width, top + height)).resize(size)
