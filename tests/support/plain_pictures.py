"""Different pictures with little in them: night skies, products on white, receipts, fireworks, snow, an article."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from tests.support.photos import saved

SIZE = WIDTH, HEIGHT = 750, 500
ARTICLES = ("red", "navy", "green", "black", "orange")
OF_A_KIND = 5
TIME_TAG, EXIF_DIRECTORY = 0x9003, 0x8769


def plain_pictures() -> Iterator[tuple[str, bytes]]:
    """Names, and JPEGs with grain: of each kind five, a month apart; an article in five colours, ten minutes apart."""
    for kind, draw in KINDS.items():
        for number in range(OF_A_KIND):
            picture = partial(draw, random=Random(f"{kind} {number}"))
            yield f"{kind}-{number}.jpg", _photo(picture, datetime(2024, number + 1, 10, tzinfo=UTC))
    for number, colour in enumerate(ARTICLES):
        taken = datetime(2024, 9, 10, 10, tzinfo=UTC) + timedelta(minutes=10 * number)
        yield f"mug-{colour}.jpg", _photo(partial(_mug, colour=colour), taken)


def _photo(draw: Callable[[ImageDraw.ImageDraw], None], taken: datetime) -> bytes:
    image = Image.new("RGB", SIZE)
    draw(ImageDraw.Draw(image))
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    grain = np.random.default_rng(taken.month).normal(0, 3, (HEIGHT, WIDTH, 1))
    exif = Image.Exif()
    exif.get_ifd(EXIF_DIRECTORY)[TIME_TAG] = f"{taken:%Y:%m:%d %H:%M:%S}"
    return saved(Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)), "JPEG", quality=92, exif=exif)


def _background(on: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    on.rectangle((0, 0, *SIZE), fill=colour)


def _stars(on: ImageDraw.ImageDraw, random: Random) -> None:
    _background(on, (8, 9, 16))
    for _ in range(900):
        x, y, radius, level = (
            random.random() * WIDTH,
            random.random() * HEIGHT,
            random.random() ** 4,
            random.randint(90, 255),
        )
        on.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(level, level, level))
    on.rectangle((0, HEIGHT * (0.85 + 0.06 * random.random()), *SIZE), fill=(2, 2, 3))


def _product(on: ImageDraw.ImageDraw, random: Random) -> None:
    _background(on, (250, 250, 250))
    colour, accent = (tuple(random.randint(20, 220) for _ in range(3)) for _ in range(2))
    wide, high = random.randint(55, 85), random.randint(65, 95)
    box = (WIDTH / 2 - wide, HEIGHT / 2 - high, WIDTH / 2 + wide, HEIGHT / 2 + high)
    random.choice((on.rectangle, on.ellipse))(box, fill=colour)
    for _ in range(6):
        x, y = WIDTH / 2 + random.uniform(-wide, wide) / 2, HEIGHT / 2 + random.uniform(-high, high) / 2
        on.line((x, y, x + random.gauss(0, 25), y + random.gauss(0, 25)), fill=accent, width=3)


def _receipt(on: ImageDraw.ImageDraw, random: Random) -> None:
    _background(on, (236, 233, 226))
    on.rectangle((250, 20, 500, 480), fill=(250, 249, 246))
    for top in range(35, 470, 13):
        left = 265
        while left < 480:
            right = left + random.randint(4, 35)
            on.rectangle((left, top, min(right, 485), top + 6), fill=(60, 60, 66))
            left = right + random.randint(4, 20)


def _firework(on: ImageDraw.ImageDraw, random: Random) -> None:
    _background(on, (6, 6, 12))
    x, y = WIDTH / 2 + random.gauss(0, 30), 215 + random.gauss(0, 20)
    colour = tuple(random.randint(120, 255) for _ in range(3))
    for _ in range(random.randint(50, 120)):
        angle, length = random.random() * math.tau, random.randint(60, 180)
        on.line((x, y, x + length * math.cos(angle), y + length * math.sin(angle)), fill=colour)


def _snow(on: ImageDraw.ImageDraw, random: Random) -> None:
    _background(on, (226, 230, 236))
    for _ in range(random.randint(1, 3)):
        x, y, size = random.random() * WIDTH, random.randint(225, 375), random.randint(4, 16)
        on.rectangle(
            (x - size / 3, y - 2 * size, x + size / 3, y + size), fill=tuple(random.randint(10, 160) for _ in range(3))
        )


def _mug(on: ImageDraw.ImageDraw, colour: str) -> None:
    _background(on, (245, 245, 243))
    on.ellipse((280, 345, 500, 385), fill=(222, 222, 220))
    on.rounded_rectangle((300, 165, 450, 370), 20, fill=colour)
    on.arc((425, 210, 505, 320), -90, 90, fill=colour, width=17)


KINDS = {"stars": _stars, "product": _product, "receipt": _receipt, "firework": _firework, "snow": _snow}
