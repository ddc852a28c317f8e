"""Pairs of 64-bit hashes that differ in few bits.

Cut into one segment more than bits may differ, two such hashes have an equal segment: only hashes with an equal segment
are compared. Source: Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing",
CVPR 2012.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from critic_worker.arrays import Int64Array

Hashes = npt.NDArray[np.uint64]
HashPairs = tuple[Int64Array, Int64Array]
"""Positions `first[k] < second[k]`."""

ROWS = 64  # hashes compared with all others at a time
_LEAST_BITS = 8  # bits: shorter segments are equal by chance
_FEW = 8  # times fewer comparisons than all pairs, or segments are no faster


def similar_hashes(hashes: Hashes, bits: int) -> Iterator[HashPairs]:
    """Each pair that differs in at most `bits` bits, once, in batches of any order."""
    segments = _segments(hashes, bits + 1) if (bits + 1) * _LEAST_BITS <= 64 else []
    if segments and sum(map(_equal_pairs, segments)) * _FEW <= len(hashes) ** 2:
        return _by_segments(hashes, segments, bits)
    return _by_blocks(hashes, bits)


def _segments(hashes: Hashes, count: int) -> list[Hashes]:
    edges = [64 * number // count for number in range(count + 1)]
    return [hashes << np.uint64(64 - end) >> np.uint64(64 - end + start) for start, end in pairwise(edges)]


def _equal_pairs(segment: Hashes) -> int:
    counts = np.unique(segment, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _by_segments(hashes: Hashes, segments: list[Hashes], bits: int) -> Iterator[HashPairs]:
    for number, segment in enumerate(segments):
        found = [_similar(hashes, pairs, bits) for pairs in _pairs_of_equals(segment)]
        first, second = (np.concatenate([np.zeros(0, np.int64), *(pair[side] for pair in found)]) for side in (0, 1))
        known = np.zeros(len(first), bool)
        for earlier in segments[:number]:
            known |= earlier[first] == earlier[second]
        yield np.minimum(first, second)[~known], np.maximum(first, second)[~known]


def _similar(hashes: Hashes, pairs: HashPairs, bits: int) -> HashPairs:
    first, second = pairs
    similar = np.bitwise_count(hashes[first] ^ hashes[second]) <= bits
    return first[similar], second[similar]


def _pairs_of_equals(values: Hashes) -> Iterator[HashPairs]:
    """Each pair of positions with equal values, by the distance in sorted order."""
    order = np.argsort(values, kind="stable")
    in_order, start = values[order], np.arange(len(values))
    for distance in range(1, len(values)):
        start = start[: np.searchsorted(start, len(values) - distance)]
        start = start[in_order[start] == in_order[start + distance]]
        if not len(start):
            return
        yield order[start], order[start + distance]


def _by_blocks(hashes: Hashes, bits: int) -> Iterator[HashPairs]:
    for start in range(0, len(hashes), ROWS):
        similar = np.bitwise_count(hashes[start : start + ROWS, None] ^ hashes[None, start:]) <= bits
        row, column = np.divmod(np.flatnonzero(np.triu(similar, 1)), similar.shape[1])
        yield row + start, column + start
