"""Which photos are nearly the same: perceptual hashes of 64 bits that differ in at most six of them.

Copies at half the size and JPEG quality 40 differ in four at most (150 photos of ccby), strangers in 16 at least. Eight
bands of 8 bits: of two hashes that differ in six bits at most, one band at least is equal (multi-index hashing, Norouzi
et al. 2012). So millions of photos are compared by sorting, in 8 bytes each.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from critic_core.contracts.errors import PhotoError
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.decode import decode
from critic_core.imaging.fingerprint import fingerprint

Hashes = npt.NDArray[np.uint64]
Pair = tuple[int, int]

BITS = 6
BANDS, BAND_BITS = 8, 8
NO_EMBEDDING = np.zeros(0, np.float32)


def hash_of(photo: bytes, preprocessing: Preprocessing) -> int | None:
    """The perceptual hash that serving uses; None for bytes that are no photo."""
    try:
        pixels = decode(photo, preprocessing).pixels
    except PhotoError:
        return None
    return int(fingerprint(pixels, NO_EMBEDDING).perceptual_hash, 16)


def near_pairs(known: Hashes, asked: Hashes) -> Iterator[Pair]:
    """Places (in `asked`, in `known`) of photos that are nearly the same; a pair may come more than once."""
    for band in range(BANDS):
        shift, mask = np.uint64(band * BAND_BITS), np.uint64(2**BAND_BITS - 1)
        own, wanted = known >> shift & mask, asked >> shift & mask
        order = np.argsort(own, kind="stable")
        first, last = (np.searchsorted(own[order], wanted, side) for side in ("left", "right"))
        for place in np.flatnonzero(last > first):
            candidates = order[first[place] : last[place]]
            differing = np.bitwise_count(known[candidates] ^ asked[place])
            yield from ((int(place), int(other)) for other in candidates[differing <= BITS])
