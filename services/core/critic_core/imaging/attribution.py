"""Where a score comes from: occlusion of one cell after another, for any network.

Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014; here with a strong blur in
place of grey squares, whose edges a network of aesthetics takes for content, and with soft borders.
"""

from collections.abc import Callable, Sequence
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.decode import Pixels
from critic_core.imaging.preprocess import to_input

Cells = npt.NDArray[np.float64]
Scorer = Callable[[Sequence[Pixels]], npt.NDArray[np.float64]]
"""Network inputs, uint8 `[size, size, 3]` → scores, 0 to 100."""

CELLS = 4
"""Cells along each side. 4 × 4 cost 17 passes of the network; docs/measurements.md compares."""
MAP_LONG_SIDE = 160
FAINT_POINTS = 2.0
"""A map whose strongest cell is below this stays pale: differences of a point are noise."""
_BLUR = 0.12
"""Radius, share of the long side: shapes vanish, brightness and colours stay."""
_MASK_SIDE = 64
_OPAQUE = 0.75
_RAISES, _LOWERS = (255, 140, 0), (30, 90, 255)


def attribution(pixels: Pixels, preprocessing: Preprocessing, score: Scorer, cells: int = CELLS) -> tuple[float, Cells]:
    """The score, and the points `[cells, cells]` by which it falls when a cell of the upright photo is blurred."""
    inputs = occluded(pixels, preprocessing, list(_masks(pixels, cells)))
    scores = score([to_input(pixels, preprocessing), *inputs])
    return float(scores[0]), (scores[0] - scores[1:]).reshape(cells, cells)


def occluded(pixels: Pixels, preprocessing: Preprocessing, masks: Sequence[Pixels]) -> list[Pixels]:
    """Network inputs of the photo, blurred where a mask, uint8 `[h, w]` of the photo's proportions, is 255.

    Photo, blurred photo and mask go through the same linear preprocessing: masks fit for every `Fit`.
    """
    sharp = to_input(pixels, preprocessing).astype(np.float32)
    hidden = to_input(_blurred(pixels), preprocessing).astype(np.float32)
    weights = (to_input(np.repeat(mask[..., None], 3, axis=2), preprocessing) / np.float32(255) for mask in masks)
    return [(sharp + weight * (hidden - sharp)).round().astype(np.uint8) for weight in weights]


def heat_map(cells: Cells, width: int, height: int) -> bytes:
    """A PNG with alpha of the proportions `width × height`: orange raises the score, blue lowers it."""
    scale = MAP_LONG_SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    points = np.asarray(Image.fromarray(cells.astype(np.float32)).resize(size, Image.Resampling.BICUBIC))
    strength = np.clip(np.abs(points) / max(float(np.abs(cells).max()), FAINT_POINTS), 0, 1)
    colour = np.where((points >= 0)[..., None], _RAISES, _LOWERS)
    image = np.dstack([colour, 255 * _OPAQUE * strength]).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(image, "RGBA").save(out, "PNG")
    return out.getvalue()


def _masks(pixels: Pixels, cells: int) -> list[Pixels]:
    """A cell each, row by row, with borders as soft as a quarter of a cell."""
    image = Image.fromarray(pixels)
    image.thumbnail((_MASK_SIDE, _MASK_SIDE), Image.Resampling.NEAREST)
    rows, columns = _shares(image.height, cells), _shares(image.width, cells)
    return [(255 * np.outer(row, column)).round().astype(np.uint8) for row in rows for column in columns]


def _shares(side: int, cells: int) -> Cells:
    """The weight of each cell along a side, `[cells, side]`; every column sums to 1."""
    position = (np.arange(side) + 0.5) / side * cells
    distance = np.abs(position - (np.arange(cells)[:, None] + 0.5))
    weight = np.clip((0.5 + 0.25 - distance) / 0.5, 0, 1)
    return np.asarray(weight / weight.sum(axis=0))


def _blurred(pixels: Pixels) -> Pixels:
    image = Image.fromarray(pixels)
    small = image.copy()
    small.thumbnail((_MASK_SIDE, _MASK_SIDE), Image.Resampling.BOX, reducing_gap=None)
    blurred = small.filter(ImageFilter.GaussianBlur(_BLUR * max(small.size)))
    return np.asarray(blurred.resize(image.size, Image.Resampling.BILINEAR))
