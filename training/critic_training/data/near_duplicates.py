"""Near duplicates: photos whose 64-bit perceptual hashes differ in at most six bits.

Copies at half the size and JPEG quality 40 differ in four bits at most (150 photos of ccby), unrelated photos in 16 at
least. Multi-index hashing (Norouzi et al. 2012): of eight bands of 8 bits, at least one is equal in two hashes that
differ in six bits. Millions of photos are compared by sorting, with 8 bytes a photo in memory.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from critic_core.contracts.errors import PhotoError
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.decode import decode
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.properties import View

Hashes = npt.NDArray[np.uint64]
Pair = tuple[int, int]

MAX_DISTANCE = 6  # bits
BANDS, BAND_BITS = 8, 8
NO_EMBEDDING = np.zeros(0, np.float32)


def photo_hash(photo: bytes, preprocessing: Preprocessing) -> int | None:
    """The perceptual hash of serving; None for bytes that are no photo."""
    try:
        pixels = decode(photo, preprocessing).pixels
    except PhotoError:
        return None
    return int(fingerprint(View(pixels), NO_EMBEDDING).perceptual_hash, 16)


def near_pairs(known: Hashes, queries: Hashes) -> Iterator[Pair]:
    """Positions (in `queries`, in `known`) of near duplicates; a pair may occur more than once."""
    for band in range(BANDS):
        shift, mask = np.uint64(band * BAND_BITS), np.uint64(2**BAND_BITS - 1)
        known_band, query_band = known >> shift & mask, queries >> shift & mask
        order = np.argsort(known_band, kind="stable")
        first, last = (np.searchsorted(known_band[order], query_band, side) for side in ("left", "right"))
        for query in np.flatnonzero(last > first):
            candidates = order[first[query] : last[query]]
            distance = np.bitwise_count(known[candidates] ^ queries[query])
            yield from ((int(query), int(match)) for match in candidates[distance <= MAX_DISTANCE])
