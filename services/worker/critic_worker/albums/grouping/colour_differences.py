"""Pictures of one structure in different colours, such as an article of a shop in red and in blue.

Saturation, exposure and white balance of a copy change colours all over the picture, and alike: the median and the
common factor of both pictures are removed. Measured on ten kinds of copies of 120 photos of Flickr: at most 31 levels
remain in any cell (JPEG of quality 10: 9; white balance by 20 %: 27; one EV more: 30). A black-and-white version has up
to 85: a picture of its own, unless both have the same time.
"""

import numpy as np

from critic_worker.arrays import BoolArray, Float32Array, Int64Array

COLOUR_CELLS = 64
_MOST_LEVELS = 32.0
_MOST_FACTOR = 2.0
_PAIRS_PER_BLOCK = 65_536


def differ_in_colour(colours: Float32Array, first: Int64Array, second: Int64Array) -> BoolArray:
    """Which of K pairs have different colours, `[K]`; `colours` `[N, 64, 2]`: `around_median`."""
    blocks = [slice(start, start + _PAIRS_PER_BLOCK) for start in range(0, len(first), _PAIRS_PER_BLOCK)]
    apart = [_largest_difference(colours[first[block]], colours[second[block]]) > _MOST_LEVELS for block in blocks]
    return np.concatenate([np.zeros(0, bool), *apart])


def around_median(colours: Float32Array) -> Float32Array:
    """Cb and Cr of the cells of N photos, `[N, 64, 2]`, without the photo's median; NaN where unknown."""
    return np.asarray(colours - np.median(colours, axis=1, keepdims=True), np.float32)


def _largest_difference(first: Float32Array, second: Float32Array) -> Float32Array:
    """Of all cells of each pair, `[K]`, levels; NaN where unknown."""
    energy = np.stack([_product(first, first), _product(second, second)])
    weaker = np.where((energy[0] < energy[1])[:, None, None], first, second)
    stronger = np.where((energy[0] < energy[1])[:, None, None], second, first)
    factor = np.clip(_product(weaker, stronger) / np.maximum(energy.min(axis=0), 1), 1, _MOST_FACTOR)
    return np.asarray(np.linalg.norm(stronger - factor[:, None, None] * weaker, axis=2).max(axis=1), np.float32)


def _product(first: Float32Array, second: Float32Array) -> Float32Array:
    return np.asarray((first * second).sum(axis=(1, 2)), np.float32)
