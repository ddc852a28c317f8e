"""Detail by tiles of the decoded photo: strength of the finest structures, without noise.

The operator is that of the property `fine_detail`, at the decoded size instead of the page's.
Source: Immerkær, "Fast noise variance estimation", Computer Vision and Image Understanding 64(2), 1996.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from critic_core.imaging.decode import Pixels

TILES = 16
_GAIN = 6.0  # the operator's output for noise of one level
_NOISE_SHARE = 0.1  # of the tiles: the calmest show the noise

Tiles = npt.NDArray[np.float32]
"""`[16, 16]`, rows from the top."""


def detail_tiles(pixels: Pixels) -> Tiles:
    """Root mean square of the second differences in each tile, less that of the calmest tiles, in levels."""
    if min(pixels.shape[:2]) < 3:
        return np.zeros((TILES, TILES), np.float32)
    energy = _energy(np.asarray(Image.fromarray(pixels).convert("L")))
    means = _tile_means(energy)
    noise = np.quantile(means, _NOISE_SHARE)
    return np.asarray(np.sqrt(np.maximum(means - noise, 0)), np.float32)


def detail_of(pixels: Pixels) -> float:
    """Root mean square of the second differences of a part of a photo, levels."""
    if min(pixels.shape[:2]) < 3:
        return 0.0
    return float(np.sqrt(_energy(np.asarray(Image.fromarray(pixels).convert("L"))).mean()))


def _energy(luma: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Squared second differences along rows, then along columns, at every second row and column."""
    values = luma.astype(np.int16)
    rows = values[:-2:2] - 2 * values[1:-1:2] + values[2::2]
    columns = (rows.shape[1] - 1) // 2
    second = rows[:, : 2 * columns : 2] - 2 * rows[:, 1::2][:, :columns] + rows[:, 2::2]
    return np.asarray(np.square(second, dtype=np.float32) / _GAIN**2)


def _tile_means(values: npt.NDArray[np.float32]) -> Tiles:
    """`[16, 16]`; tiles of a photo with fewer pixels repeat."""
    tops, lefts = (_starts(side) for side in values.shape)
    sums = np.add.reduceat(np.add.reduceat(values, tops, axis=0), lefts, axis=1)
    counts = np.outer(_lengths(tops, values.shape[0]), _lengths(lefts, values.shape[1]))
    return np.asarray(sums / counts, np.float32)


def _starts(side: int) -> npt.NDArray[np.int64]:
    return np.minimum(np.arange(TILES) * side // TILES, side - 1)


def _lengths(starts: npt.NDArray[np.int64], side: int) -> npt.NDArray[np.int64]:
    return np.maximum(np.diff([*starts, side]), 1)
